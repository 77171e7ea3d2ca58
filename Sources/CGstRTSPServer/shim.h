// GStreamer's RTSP server, and Unix signals on GLib's main loop.
#pragma once
#include <glib-unix.h>
#include <gst/rtsp-server/rtsp-server.h>
