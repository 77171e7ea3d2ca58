// GStreamer's core, base and video libraries for Swift, and functions in place of the macros Swift cannot import.
#pragma once

#include <gst/base/gstaggregator.h>
#include <gst/gst.h>
#include <gst/video/video.h>

static inline void cgst_object_lock(gpointer object) { GST_OBJECT_LOCK(object); }
static inline void cgst_object_unlock(gpointer object) { GST_OBJECT_UNLOCK(object); }

static inline GstEventType cgst_event_type(GstEvent *event) { return GST_EVENT_TYPE(event); }
static inline gboolean cgst_event_is_serialized(GstEvent *event) { return GST_EVENT_IS_SERIALIZED(event); }
static inline gboolean cgst_event_is_sticky(GstEvent *event) { return GST_EVENT_IS_STICKY(event); }
static inline GstQueryType cgst_query_type(GstQuery *query) { return GST_QUERY_TYPE(query); }

static inline GQuark cgst_meta_transform_copy(void) { return _gst_meta_transform_copy; }

static inline GType cgst_type_uint64(void) { return G_TYPE_UINT64; }
static inline GType cgst_type_uint(void) { return G_TYPE_UINT; }
static inline GType cgst_type_double(void) { return G_TYPE_DOUBLE; }
static inline GType cgst_type_string(void) { return G_TYPE_STRING; }
static inline GType cgst_type_int(void) { return G_TYPE_INT; }
static inline GType cgst_type_fraction(void) { return GST_TYPE_FRACTION; }

static inline guint cgst_video_frame_n_components(const GstVideoFrame *frame) { return GST_VIDEO_FRAME_N_COMPONENTS(frame); }
static inline guint cgst_video_frame_n_planes(const GstVideoFrame *frame) { return GST_VIDEO_FRAME_N_PLANES(frame); }
static inline gint cgst_video_frame_plane_stride(const GstVideoFrame *frame, guint plane) {
  return GST_VIDEO_FRAME_PLANE_STRIDE(frame, plane);
}
static inline const guint8 *cgst_video_frame_plane_data(const GstVideoFrame *frame, guint plane) {
  return (const guint8 *)GST_VIDEO_FRAME_PLANE_DATA(frame, plane);
}
static inline guint cgst_video_frame_component_plane(const GstVideoFrame *frame, guint component) {
  return GST_VIDEO_FRAME_COMP_PLANE(frame, component);
}
static inline gint cgst_video_frame_component_width(const GstVideoFrame *frame, guint component) {
  return GST_VIDEO_FRAME_COMP_WIDTH(frame, component);
}
static inline gint cgst_video_frame_component_height(const GstVideoFrame *frame, guint component) {
  return GST_VIDEO_FRAME_COMP_HEIGHT(frame, component);
}
static inline gint cgst_video_frame_component_pixel_stride(const GstVideoFrame *frame, guint component) {
  return GST_VIDEO_FRAME_COMP_PSTRIDE(frame, component);
}
static inline gint cgst_video_frame_component_pixel_offset(const GstVideoFrame *frame, guint component) {
  return GST_VIDEO_FRAME_COMP_POFFSET(frame, component);
}
static inline gint cgst_video_frame_component_depth(const GstVideoFrame *frame, guint component) {
  return GST_VIDEO_FRAME_COMP_DEPTH(frame, component);
}
static inline GstMapInfo cgst_video_frame_map(const GstVideoFrame *frame, guint plane) { return frame->map[plane & 3]; }
