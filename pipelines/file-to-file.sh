#!/bin/sh
# A recorded exo video with its depth video, rendered into a file as fast as the machine can.
#   pipelines/file-to-file.sh [CLIP_FOLDER [OUTPUT.mp4]]
# Without a folder it takes a checkout's sample.
set -eu
. "$(dirname "$(readlink -f "$0")")/common.sh"
sample=$here/../samples/workbench
# Only a checkout has the sample.
[ -e "$sample/clip.json" ] || : "${1:?CLIP_FOLDER is missing; expected a folder with clip.json, exo.mp4 and depth.mkv}"
clip=${1:-$sample}

run gst-launch-1.0 -e \
  filesrc location="$clip/exo.mp4" ! decodebin ! videoconvert ! queue ! view.sink \
  filesrc location="$clip/depth.mkv" ! decodebin ! queue ! view.depth \
  exo2ego name=view calibration="$clip/clip.json" ${POSE:+pose="$POSE"} backend="$BACKEND" model="$MODEL" steps="$STEPS" model-interval="$MODEL_INTERVAL" ! \
  queue ! videoconvert ! x264enc pass=qual quantizer=18 ! video/x-h264,profile=high ! h264parse ! mp4mux ! \
  filesink location="${2:-ego.mp4}"
