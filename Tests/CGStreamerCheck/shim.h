// GStreamer's test harness for Swift, and functions in place of the macros Swift cannot import.
#pragma once

#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>
#include <gst/gst.h>
#include <gst/video/video.h>

static inline GstEventType ccheck_event_type(GstEvent *event) { return GST_EVENT_TYPE(event); }
static inline const gchar *ccheck_event_type_name(GstEvent *event) { return GST_EVENT_TYPE_NAME(event); }
static inline GstMessageType ccheck_message_type(GstMessage *message) { return GST_MESSAGE_TYPE(message); }
static inline GType ccheck_type_structure(void) { return GST_TYPE_STRUCTURE; }

// What a pad's caps, in one property's GParamSpec, cannot be had from Swift without C's casts.
static inline GParamSpec *ccheck_find_property(gpointer object, const gchar *name) {
  return g_object_class_find_property(G_OBJECT_GET_CLASS(object), name);
}
static inline gboolean ccheck_float_range(GParamSpec *spec, gfloat *low, gfloat *high, gfloat *initial) {
  if (!G_IS_PARAM_SPEC_FLOAT(spec)) return FALSE;
  *low = G_PARAM_SPEC_FLOAT(spec)->minimum;
  *high = G_PARAM_SPEC_FLOAT(spec)->maximum;
  *initial = G_PARAM_SPEC_FLOAT(spec)->default_value;
  return TRUE;
}
static inline gboolean ccheck_uint_range(GParamSpec *spec, guint *low, guint *high, guint *initial) {
  if (!G_IS_PARAM_SPEC_UINT(spec)) return FALSE;
  *low = G_PARAM_SPEC_UINT(spec)->minimum;
  *high = G_PARAM_SPEC_UINT(spec)->maximum;
  *initial = G_PARAM_SPEC_UINT(spec)->default_value;
  return TRUE;
}
static inline GstVideoMeta *ccheck_add_video_meta(
    GstBuffer *buffer, GstVideoFormat format, guint width, guint height, guint planes, const gsize *offsets,
    const gint *strides) {
  return gst_buffer_add_video_meta_full(
      buffer, GST_VIDEO_FRAME_FLAG_NONE, format, width, height, planes, (gsize *)offsets, (gint *)strides);
}
