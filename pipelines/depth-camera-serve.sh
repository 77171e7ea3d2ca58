#!/bin/sh
# A depth camera (colour and Z16 depth as two Video4Linux devices, aligned to each other), served over RTSP.
#   pipelines/depth-camera-serve.sh COLOUR_DEVICE DEPTH_DEVICE [PORT]
# CALIBRATION names its calibration; WIDTH, HEIGHT and RATE the size and rate both devices are asked for.
set -eu
. "$(dirname "$0")/common.sh"
WIDTH=${WIDTH:-640} HEIGHT=${HEIGHT:-480} RATE=${RATE:-30} DEPTH_FORMAT=${DEPTH_FORMAT:-Z16 }
COLOUR=${COLOUR:-v4l2src device=${1:?a colour device, such as /dev/video4} ! video/x-raw,width=$WIDTH,height=$HEIGHT}

# GStreamer 1.22's v4l2src does not know Z16, so v4l2-ctl reads the depth device and hands raw frames over a pipe.
depth="v4l2-ctl --device=${2:?a depth device, such as /dev/video2} --stream-mmap --stream-to=- \
--set-fmt-video=width=$WIDTH,height=$HEIGHT,pixelformat=\"$DEPTH_FORMAT\""
serve="egostream serve --port ${3:-8554} --path /ego --launch"
launch="$COLOUR ! queue ! view.sink \
fdsrc fd=0 do-timestamp=true ! rawvideoparse format=gray16-le width=$WIDTH height=$HEIGHT framerate=$RATE/1 ! \
queue ! view.depth \
exo2ego name=view calibration=\"$CALIBRATION\" ${POSE:+pose=$POSE} backend=$BACKEND model=\"$MODEL\" steps=$STEPS model-interval=$MODEL_INTERVAL ! queue"

echo "+ $depth | $serve '$launch'" >&2
v4l2-ctl --device="$2" --set-fmt-video=width="$WIDTH",height="$HEIGHT",pixelformat="$DEPTH_FORMAT" \
  --stream-mmap --stream-to=- 2>/dev/null | $serve "$launch"
