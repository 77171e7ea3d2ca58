#!/usr/bin/env bash
# A depth camera (colour and Z16 depth as two Video4Linux devices, aligned to each other), served over RTSP. A RealSense's
# are not aligned: docs/calibration.md has a program for it.
#   CALIBRATION=scene.json pipelines/depth-camera-serve.sh COLOUR_DEVICE DEPTH_DEVICE [PORT]
# CALIBRATION names its calibration; WIDTH, HEIGHT and RATE the size and rate both devices are asked for.
set -eu
: "${CALIBRATION:?is missing; expected the calibration document of this very camera, for the size that is asked for (WIDTH and HEIGHT): docs/calibration.md}"
. "$(dirname "$(readlink -f "$0")")/common.sh"
WIDTH=${WIDTH:-640} HEIGHT=${HEIGHT:-480} RATE=${RATE:-30} DEPTH_FORMAT=${DEPTH_FORMAT:-Z16 }
COLOUR=${COLOUR:-v4l2src device=${1:?a colour device, such as /dev/video4} ! video/x-raw,width=$WIDTH,height=$HEIGHT}
DEPTH=${2:?a depth device, such as /dev/video2}

folder=$(mktemp -d)
mkfifo "$folder/bytes"
jobs=()
trap 'kill "${jobs[@]}" 2>/dev/null || true; wait; rm -rf "$folder"' EXIT
trap 'exit 0' INT TERM

# GStreamer 1.22's v4l2src does not know Z16, so v4l2-ctl reads the depth device. Its bytes are cut into frames here, as
# long as the server runs, and handed on through shared memory: a viewer's pipeline that read the bytes itself would
# begin wherever the last one stopped. The memory holds eight frames, so that none that waits in it is old.
run v4l2-ctl --device="$DEPTH" --set-fmt-video=width="$WIDTH",height="$HEIGHT",pixelformat="$DEPTH_FORMAT" \
  --stream-mmap --stream-to=- >"$folder/bytes" &
jobs+=($!)
run gst-launch-1.0 -q fdsrc ! rawvideoparse format=gray16-le width="$WIDTH" height="$HEIGHT" framerate="$RATE/1" ! \
  shmsink socket-path="$folder/depth" shm-size=$((WIDTH * HEIGHT * 2 * 8)) wait-for-connection=false sync=false \
  <"$folder/bytes" &
jobs+=($!)
run egostream serve --port "${3:-8554}" --path /ego --launch \
  "$COLOUR ! queue ! view.sink \
   shmsrc socket-path=$folder/depth is-live=true do-timestamp=true ! \
   video/x-raw,format=GRAY16_LE,width=$WIDTH,height=$HEIGHT,framerate=$RATE/1 ! queue ! view.depth \
   exo2ego name=view calibration=\"$CALIBRATION\" ${POSE:+pose=\"$POSE\"} backend=$BACKEND model=\"$MODEL\" steps=$STEPS model-interval=$MODEL_INTERVAL ! queue" &
jobs+=($!)

status=0
wait -n -p ended "${jobs[@]}" || status=$?
[[ $ended != "${jobs[2]}" ]] || exit "$status"
echo "depth $DEPTH: no more frames come; v4l2-ctl, or the pipeline behind it, ended with status $status" >&2
exit 1
