#!/bin/sh
# A webcam's view as the wearer would see it, served over RTSP to any number of viewers of this machine.
#   pipelines/webcam-serve.sh [/dev/videoN [PORT]]
set -eu
. "$(dirname "$(readlink -f "$0")")/common.sh"

run egostream serve --port "${2:-8554}" --path /ego --launch \
  "v4l2src device=${1:-/dev/video0} ! $CAMERA ! queue ! \
   exo2ego calibration=\"$CALIBRATION\" ${POSE:+pose=\"$POSE\"} backend=$BACKEND model=\"$MODEL\" steps=$STEPS model-interval=$MODEL_INTERVAL ! queue"
