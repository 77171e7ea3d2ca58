// Video4Linux for Swift: its request codes are macros that Swift does not import.
#pragma once
#include <errno.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>

static inline int ego_v4l2_query_capability(int device, struct v4l2_capability *capability) {
  return ioctl(device, VIDIOC_QUERYCAP, capability);
}
static inline int ego_v4l2_enumerate_format(int device, struct v4l2_fmtdesc *format) {
  return ioctl(device, VIDIOC_ENUM_FMT, format);
}
static inline int ego_v4l2_enumerate_size(int device, struct v4l2_frmsizeenum *size) {
  return ioctl(device, VIDIOC_ENUM_FRAMESIZES, size);
}
static inline int ego_v4l2_enumerate_interval(int device, struct v4l2_frmivalenum *interval) {
  return ioctl(device, VIDIOC_ENUM_FRAMEINTERVALS, interval);
}

static const unsigned int ego_v4l2_capture = V4L2_CAP_VIDEO_CAPTURE;
static const unsigned int ego_v4l2_capture_multiplanar = V4L2_CAP_VIDEO_CAPTURE_MPLANE;
static const unsigned int ego_v4l2_streaming = V4L2_CAP_STREAMING;
static const unsigned int ego_v4l2_has_device_capabilities = V4L2_CAP_DEVICE_CAPS;
