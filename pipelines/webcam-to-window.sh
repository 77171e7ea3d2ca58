#!/bin/sh
# A webcam's view as the wearer would see it, in a window.
#   pipelines/webcam-to-window.sh [/dev/videoN]
set -eu
. "$(dirname "$(readlink -f "$0")")/common.sh"

run gst-launch-1.0 -e \
  v4l2src device="${1:-/dev/video0}" ! $CAMERA ! queue ! \
  exo2ego calibration="$CALIBRATION" ${POSE:+pose="$POSE"} backend="$BACKEND" model="$MODEL" steps="$STEPS" model-interval="$MODEL_INTERVAL" ! \
  queue ! videoconvert ! autovideosink
