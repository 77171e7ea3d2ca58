// GStreamer as an application sees it: pipelines, appsink, appsrc, video frames.
#pragma once
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <gst/video/video.h>

// What Swift does not import: variadic functions and cast macros.

static inline gboolean ego_object_has_property(gpointer object, const char *name) {
  return g_object_class_find_property(G_OBJECT_GET_CLASS(object), name) != NULL;
}

/// The property's structure, owned by the caller; NULL when unset.
static inline GstStructure *ego_object_get_structure(gpointer object, const char *name) {
  GstStructure *structure = NULL;
  g_object_get(object, name, &structure, NULL);
  return structure;
}

/// NULL where the value is not text.
static inline const char *ego_value_string(const GValue *value) {
  return G_VALUE_HOLDS_STRING(value) ? g_value_get_string(value) : NULL;
}
