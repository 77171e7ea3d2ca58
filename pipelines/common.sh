# What the pipelines share: where the plugin is, and a print of what runs. Meant to be sourced by the others.

# Behind any symbolic link that the script was called by.
here=$(dirname "$(readlink -f "$0")")
# The plugin of this checkout's build, or the one installed beside these scripts.
for folder in "$here/../.build/release" "$here/../../../lib/gstreamer-1.0"; do
  if [ -e "$folder/libgstexo2ego.so" ]; then
    export GST_PLUGIN_PATH="$folder${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}"
    break
  fi
done
export PATH="$here/../.build/release:$here/../../../bin:$PATH"

# DirectFB's sink crashes where there is no display, and autovideosink would try it.
export GST_PLUGIN_FEATURE_RANK="${GST_PLUGIN_FEATURE_RANK-dfbvideosink:NONE}"

# Set in the environment: the scene, the wearer's pose (empty: the calibration's), where to compute, the model (none shows
# what was observed, filled), its denoising steps (0: its own number), and N to give it every Nth frame alone.
CALIBRATION=${CALIBRATION:-$here/webcam.json}
POSE=${POSE:-}
BACKEND=${BACKEND:-auto}
MODEL=${MODEL:-auto}
STEPS=${STEPS:-0}
MODEL_INTERVAL=${MODEL_INTERVAL:-1}

# What the webcam is asked for. For one that is fast only as motion JPEG:
#   CAMERA='image/jpeg,width=1280,height=720 ! jpegdec'
CAMERA=${CAMERA:-video/x-raw,width=1280,height=720}

# Prints a command and becomes it.
run() {
  echo "+ $*" >&2
  exec "$@"
}
