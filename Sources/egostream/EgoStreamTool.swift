import ArgumentParser

/// First-person video from a third-person camera, from the command line.
@main
struct EgoStreamTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "egostream",
    abstract: "First-person video from a third-person camera.",
    discussion: """
      The work is done by the GStreamer element exo2ego; these commands find devices, check calibrations, and build \
      and run pipelines with it. Exit status: 0 done, 1 failed, 64 wrong usage, 130 stopped without an orderly end.
      """,
    version: "0.1.0",
    subcommands: [
      RunCommand.self, ServeCommand.self, DevicesCommand.self, CalibrateCommand.self, ImportEgoXCommand.self,
      PriorCommand.self, ConvertCommand.self, ModelCommand.self,
    ])
}
