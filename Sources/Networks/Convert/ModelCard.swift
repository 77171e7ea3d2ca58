/// The README of a converted model: what is known of it, and what its maker has to add.
struct ModelCard {
  let text: String

  init(_ configuration: ModelConfiguration, _ converter: ModelConverter) {
    func file(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
    let adapters = converter.adapters.map { "- adapter `\(file($0.file))`, merged with weight \($0.weight)\n" }.joined()
    let prompt = converter.conditioning.map { "- embedded prompt `\(file($0))`\n" } ?? ""
    let parameters = DiffusionTransformer.weights(configuration.transformer).reduce(0) { $0 + $1.count }
    text = """
      # \(configuration.name)

      An egostream model, converted with `egostream convert` from

      - transformer `\(file(converter.transformer))`, \(parameters) parameters\(converter.widensInput ? ", its input widened" : "")
      - codec `\(file(converter.codec))`
      \(adapters)\(prompt)
      It makes \(configuration.ego.width)×\(configuration.ego.height) of the wearer's view from \
      \(configuration.exo.width)×\(configuration.exo.height) of the exo camera's; `config.json` says how.

      To be added by whoever passes this on: the licences of what it was made from, what it was trained on, what it is good
      and bad at, and how it was measured.

      """
  }
}
