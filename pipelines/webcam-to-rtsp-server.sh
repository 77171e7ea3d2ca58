#!/bin/sh
# A webcam's view as the wearer would see it, published to an RTSP server that records (such as MediaMTX).
#   pipelines/webcam-to-rtsp-server.sh [/dev/videoN [rtsp://HOST:PORT/PATH]]
set -eu
. "$(dirname "$(readlink -f "$0")")/common.sh"

run gst-launch-1.0 -e \
  v4l2src device="${1:-/dev/video0}" ! $CAMERA ! queue ! \
  exo2ego calibration="$CALIBRATION" ${POSE:+pose="$POSE"} backend="$BACKEND" model="$MODEL" steps="$STEPS" model-interval="$MODEL_INTERVAL" ! \
  queue ! videoconvert ! x264enc tune=zerolatency speed-preset=veryfast key-int-max=30 ! h264parse ! \
  rtspclientsink location="${2:-rtsp://127.0.0.1:8554/ego}" latency=0
