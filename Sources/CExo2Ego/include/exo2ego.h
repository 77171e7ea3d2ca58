// The element's GObject class: what C's macros must declare. Everything it does is in Sources/Exo2Ego.
#pragma once

#include <gst/base/gstaggregator.h>
#include <gst/gst.h>
#include <gst/video/video.h>

G_BEGIN_DECLS

#pragma clang assume_nonnull begin

typedef struct {
  GstAggregator parent;
  // The always pad `sink`, owned by the element.
  GstAggregatorPad *sink;
  // The Swift object, retained from instance init to finalize.
  void *_Nullable implementation;
} GstExo2Ego;

typedef struct {
  GstAggregatorClass parent_class;
} GstExo2EgoClass;

GType gst_exo2ego_get_type(void);

typedef enum {
  GST_EXO2EGO_PROPERTY_CALIBRATION = 1,
  GST_EXO2EGO_PROPERTY_POSE,
  GST_EXO2EGO_PROPERTY_BACKEND,
  GST_EXO2EGO_PROPERTY_DEVICE,
  GST_EXO2EGO_PROPERTY_MODEL,
  GST_EXO2EGO_PROPERTY_STEPS,
  GST_EXO2EGO_PROPERTY_MODEL_INTERVAL,
  GST_EXO2EGO_PROPERTY_FILL,
  GST_EXO2EGO_PROPERTY_ALIGN,
  GST_EXO2EGO_PROPERTY_VOXEL_SIZE,
  GST_EXO2EGO_PROPERTY_MAP_CAPACITY,
  GST_EXO2EGO_PROPERTY_MAX_LAG,
  GST_EXO2EGO_PROPERTY_ON_LAG,
  GST_EXO2EGO_PROPERTY_STATS,
} GstExo2EgoProperty;

typedef enum { GST_EXO2EGO_BACKEND_AUTO, GST_EXO2EGO_BACKEND_VULKAN, GST_EXO2EGO_BACKEND_CPU } GstExo2EgoBackend;
typedef enum { GST_EXO2EGO_FILL_NONE, GST_EXO2EGO_FILL_PUSH_PULL } GstExo2EgoFill;
typedef enum { GST_EXO2EGO_ALIGN_NONE, GST_EXO2EGO_ALIGN_WEARER } GstExo2EgoAlign;
typedef enum { GST_EXO2EGO_ON_LAG_WAIT, GST_EXO2EGO_ON_LAG_DROP, GST_EXO2EGO_ON_LAG_REPEAT } GstExo2EgoOnLag;

#define GST_EXO2EGO_VOXEL_SIZE_DEFAULT 0.005f
#define GST_EXO2EGO_MAP_CAPACITY_DEFAULT 1000000
#define GST_EXO2EGO_MAX_LAG_DEFAULT 200000000

// Virtual functions of the parent class, for the Swift code to chain up to.
gboolean gst_exo2ego_parent_sink_event(GstAggregator *aggregator, GstAggregatorPad *pad, GstEvent *event);
gboolean gst_exo2ego_parent_sink_query(GstAggregator *aggregator, GstAggregatorPad *pad, GstQuery *query);
gboolean gst_exo2ego_parent_src_query(GstAggregator *aggregator, GstQuery *query);
GstPad *_Nullable gst_exo2ego_parent_request_new_pad(
    GstElement *element, GstPadTemplate *pad_template, const gchar *_Nullable name, const GstCaps *_Nullable caps);
void gst_exo2ego_parent_release_pad(GstElement *element, GstPad *pad);

// Writes one line to the `exo2ego` debug category.
void gst_exo2ego_log(GstElement *element, GstDebugLevel level, const gchar *text);

// Implemented in Swift.
void gst_exo2ego_instance_init(GstExo2Ego *element);
void gst_exo2ego_instance_finalize(GstExo2Ego *element);
void gst_exo2ego_set_property(GObject *object, guint property, const GValue *value, GParamSpec *spec);
void gst_exo2ego_get_property(GObject *object, guint property, GValue *value, GParamSpec *spec);
GstPad *_Nullable gst_exo2ego_request_new_pad(
    GstElement *element, GstPadTemplate *pad_template, const gchar *_Nullable name, const GstCaps *_Nullable caps);
void gst_exo2ego_release_pad(GstElement *element, GstPad *pad);
gboolean gst_exo2ego_open(GstExo2Ego *element);
void gst_exo2ego_close(GstExo2Ego *element);
gboolean gst_exo2ego_start(GstAggregator *aggregator);
gboolean gst_exo2ego_stop(GstAggregator *aggregator);
GstFlowReturn gst_exo2ego_flush(GstAggregator *aggregator);
GstFlowReturn gst_exo2ego_aggregate(GstAggregator *aggregator, gboolean timed_out);
GstClockTime gst_exo2ego_get_next_time(GstAggregator *aggregator);
GstBuffer *_Nullable gst_exo2ego_clip(GstAggregator *aggregator, GstAggregatorPad *pad, GstBuffer *buffer);
gboolean gst_exo2ego_sink_event(GstAggregator *aggregator, GstAggregatorPad *pad, GstEvent *event);
gboolean gst_exo2ego_sink_query(GstAggregator *aggregator, GstAggregatorPad *pad, GstQuery *query);
gboolean gst_exo2ego_src_query(GstAggregator *aggregator, GstQuery *query);
GstFlowReturn gst_exo2ego_update_src_caps(
    GstAggregator *aggregator, GstCaps *caps, GstCaps *_Nullable *_Nonnull updated_caps);
gboolean gst_exo2ego_decide_allocation(GstAggregator *aggregator, GstQuery *query);
gboolean gst_exo2ego_propose_allocation(
    GstAggregator *aggregator, GstAggregatorPad *pad, GstQuery *_Nullable decide_query, GstQuery *query);

#pragma clang assume_nonnull end

G_END_DECLS
