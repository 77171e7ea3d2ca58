// Class and instance boilerplate: types, pads and properties, which exist only as C macros.
#include "exo2ego.h"

GST_DEBUG_CATEGORY_STATIC(gst_exo2ego_debug);
#define GST_CAT_DEFAULT gst_exo2ego_debug

G_DEFINE_TYPE(GstExo2Ego, gst_exo2ego, GST_TYPE_AGGREGATOR)

#define SIZE_RANGE "[ 1, 16384 ]"
#define EXO_FORMATS                                                                                               \
  "{ RGBx, RGB, BGR, BGRx, xRGB, xBGR, RGBA, BGRA, ARGB, ABGR, I420, YV12, NV12, NV21, YUY2, UYVY, YVYU, Y42B, " \
  "Y444, GRAY8, I420_10LE, P010_10LE }"
#define RAW_CAPS(format) \
  "video/x-raw, format = (string) " format ", width = (int) " SIZE_RANGE ", height = (int) " SIZE_RANGE \
  ", framerate = (fraction) [ 0/1, 2147483647/1 ]"

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(RAW_CAPS(EXO_FORMATS)));
static GstStaticPadTemplate depth_template =
    GST_STATIC_PAD_TEMPLATE("depth", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS(RAW_CAPS("GRAY16_LE")));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(RAW_CAPS("RGB")));
static GstStaticPadTemplate mask_template =
    GST_STATIC_PAD_TEMPLATE("mask", GST_PAD_SRC, GST_PAD_REQUEST, GST_STATIC_CAPS(RAW_CAPS("GRAY8")));

#define DEFINE_ENUM(function, name, ...)                        \
  static GType function(void) {                                 \
    static gsize type = 0;                                      \
    if (g_once_init_enter(&type)) {                             \
      static const GEnumValue values[] = {__VA_ARGS__, {0}};    \
      g_once_init_leave(&type, g_enum_register_static(name, values)); \
    }                                                           \
    return type;                                                \
  }

DEFINE_ENUM(backend_type, "GstExo2EgoBackend",
    {GST_EXO2EGO_BACKEND_AUTO, "A hardware Vulkan device where there is one, else the processor", "auto"},
    {GST_EXO2EGO_BACKEND_VULKAN, "The Vulkan device named by the device property", "vulkan"},
    {GST_EXO2EGO_BACKEND_CPU, "The processor", "cpu"})
DEFINE_ENUM(fill_type, "GstExo2EgoFill",
    {GST_EXO2EGO_FILL_NONE, "Black where nothing was observed", "none"},
    {GST_EXO2EGO_FILL_PUSH_PULL, "Coarser and coarser averages of what is known", "push-pull"})
DEFINE_ENUM(align_type, "GstExo2EgoAlign",
    {GST_EXO2EGO_ALIGN_NONE, "Take the calibration as it is", "none"},
    {GST_EXO2EGO_ALIGN_WEARER, "By the wearer's head, which has to be seen where the pose puts it", "wearer"})
DEFINE_ENUM(on_lag_type, "GstExo2EgoOnLag",
    {GST_EXO2EGO_ON_LAG_WAIT, "Never drop: every frame is made, however late", "wait"},
    {GST_EXO2EGO_ON_LAG_DROP, "Drop the late exo frame", "drop"},
    {GST_EXO2EGO_ON_LAG_REPEAT, "Push the last ego picture again in place of the late frame", "repeat"})

gboolean gst_exo2ego_parent_sink_event(GstAggregator *aggregator, GstAggregatorPad *pad, GstEvent *event) {
  return GST_AGGREGATOR_CLASS(gst_exo2ego_parent_class)->sink_event(aggregator, pad, event);
}

gboolean gst_exo2ego_parent_sink_query(GstAggregator *aggregator, GstAggregatorPad *pad, GstQuery *query) {
  return GST_AGGREGATOR_CLASS(gst_exo2ego_parent_class)->sink_query(aggregator, pad, query);
}

gboolean gst_exo2ego_parent_src_query(GstAggregator *aggregator, GstQuery *query) {
  return GST_AGGREGATOR_CLASS(gst_exo2ego_parent_class)->src_query(aggregator, query);
}

GstPad *gst_exo2ego_parent_request_new_pad(
    GstElement *element, GstPadTemplate *pad_template, const gchar *name, const GstCaps *caps) {
  return GST_ELEMENT_CLASS(gst_exo2ego_parent_class)->request_new_pad(element, pad_template, name, caps);
}

void gst_exo2ego_parent_release_pad(GstElement *element, GstPad *pad) {
  GST_ELEMENT_CLASS(gst_exo2ego_parent_class)->release_pad(element, pad);
}

void gst_exo2ego_log(GstElement *element, GstDebugLevel level, const gchar *text) {
  GST_CAT_LEVEL_LOG(gst_exo2ego_debug, level, element, "%s", text);
}

// The only request sink pad is `depth`; the parent would name it sink_0.
static GstAggregatorPad *create_new_pad(
    GstAggregator *aggregator, GstPadTemplate *pad_template, const gchar *name, const GstCaps *caps) {
  (void)name;
  (void)caps;
  GstPad *existing = gst_element_get_static_pad(GST_ELEMENT(aggregator), "depth");
  if (existing) {
    gst_object_unref(existing);
    return NULL;
  }
  return g_object_new(
      GST_TYPE_AGGREGATOR_PAD, "name", "depth", "direction", GST_PAD_SINK, "template", pad_template, NULL);
}

static GstStateChangeReturn change_state(GstElement *element, GstStateChange transition) {
  GstExo2Ego *self = (GstExo2Ego *)element;
  if (transition == GST_STATE_CHANGE_NULL_TO_READY && !gst_exo2ego_open(self)) return GST_STATE_CHANGE_FAILURE;
  GstStateChangeReturn result = GST_ELEMENT_CLASS(gst_exo2ego_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_READY_TO_NULL) gst_exo2ego_close(self);
  return result;
}

static void gst_exo2ego_finalize(GObject *object) {
  gst_exo2ego_instance_finalize((GstExo2Ego *)object);
  G_OBJECT_CLASS(gst_exo2ego_parent_class)->finalize(object);
}

static void install_properties(GObjectClass *object_class) {
  const GParamFlags ready = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  const GParamFlags playing = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;
  g_object_class_install_property(object_class, GST_EXO2EGO_PROPERTY_CALIBRATION,
      g_param_spec_string("calibration", "Calibration", "Path of the scene's calibration document (JSON)", NULL, ready));
  g_object_class_install_property(object_class, GST_EXO2EGO_PROPERTY_POSE,
      g_param_spec_string("pose", "Pose",
          "Where the wearer's poses come from: empty takes those in the calibration; PATH.json another calibration; "
          "any other path a TUM trajectory; udp://HOST:PORT or unix:PATH live JSON lines",
          "", ready));
  g_object_class_install_property(object_class, GST_EXO2EGO_PROPERTY_BACKEND,
      g_param_spec_enum("backend", "Backend", "Where computation runs", backend_type(), GST_EXO2EGO_BACKEND_AUTO, ready));
  g_object_class_install_property(object_class, GST_EXO2EGO_PROPERTY_DEVICE,
      g_param_spec_string(
          "device", "Device", "Vulkan device by index or part of its name; empty takes the best", "", ready));
  g_object_class_install_property(object_class, GST_EXO2EGO_PROPERTY_MODEL,
      g_param_spec_string("model", "Model",
          "What completes the prior: auto takes ego-tiny where it is installed; none shows the filled prior; otherwise a "
          "model's name, looked for in EGOSTREAM_MODELS and the installation, or a folder with a slash in it",
          "auto", ready));
  g_object_class_install_property(object_class, GST_EXO2EGO_PROPERTY_STEPS,
      g_param_spec_uint("steps", "Steps",
          "Denoising steps of the model; fewer are faster, 0 takes the model's own number", 0, 1000, 0, ready));
  g_object_class_install_property(object_class, GST_EXO2EGO_PROPERTY_MODEL_INTERVAL,
      g_param_spec_uint("model-interval", "Model interval",
          "Give the model every Nth frame alone, and the others what it changed of those around them: faster, but a chunk "
          "waits for N times as many frames",
          1, 16, 1, ready));
  g_object_class_install_property(object_class, GST_EXO2EGO_PROPERTY_FILL,
      g_param_spec_enum("fill", "Fill", "How pixels with nothing observed are coloured", fill_type(),
          GST_EXO2EGO_FILL_PUSH_PULL, ready));
  g_object_class_install_property(object_class, GST_EXO2EGO_PROPERTY_ALIGN,
      g_param_spec_enum("align", "Align",
          "Whether errors of the exo camera's focal length and of the depth's scale are found and corrected",
          align_type(), GST_EXO2EGO_ALIGN_WEARER, ready));
  g_object_class_install_property(object_class, GST_EXO2EGO_PROPERTY_VOXEL_SIZE,
      g_param_spec_float("voxel-size", "Voxel size",
          "Points closer together than this are kept once, metres; 0 keeps one a pixel", 0.0f, 1.0f, GST_EXO2EGO_VOXEL_SIZE_DEFAULT, ready));
  g_object_class_install_property(object_class, GST_EXO2EGO_PROPERTY_MAP_CAPACITY,
      g_param_spec_uint("map-capacity", "Map capacity", "The most points the map holds", 10000, 50000000,
          GST_EXO2EGO_MAP_CAPACITY_DEFAULT, ready));
  g_object_class_install_property(object_class, GST_EXO2EGO_PROPERTY_MAX_LAG,
      g_param_spec_uint64("max-lag", "Maximum lag",
          "How late a frame may be, beyond the making of a chunk, before on-lag acts, nanoseconds (live pipelines only)", 0,
          G_MAXINT64, GST_EXO2EGO_MAX_LAG_DEFAULT, playing));
  g_object_class_install_property(object_class, GST_EXO2EGO_PROPERTY_ON_LAG,
      g_param_spec_enum("on-lag", "On lag", "What is done with a frame later than max-lag (live pipelines only)",
          on_lag_type(), GST_EXO2EGO_ON_LAG_DROP, playing));
  g_object_class_install_property(object_class, GST_EXO2EGO_PROPERTY_STATS,
      g_param_spec_boxed("stats", "Statistics", "Counters, times and what runs where", GST_TYPE_STRUCTURE,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void gst_exo2ego_class_init(GstExo2EgoClass *klass) {
  GObjectClass *object_class = G_OBJECT_CLASS(klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS(klass);
  GstAggregatorClass *aggregator_class = GST_AGGREGATOR_CLASS(klass);

  GST_DEBUG_CATEGORY_INIT(gst_exo2ego_debug, "exo2ego", 0, "First-person video from a third-person camera");

  object_class->set_property = gst_exo2ego_set_property;
  object_class->get_property = gst_exo2ego_get_property;
  object_class->finalize = gst_exo2ego_finalize;
  install_properties(object_class);

  gst_element_class_set_static_metadata(element_class, "Exo to ego", "Filter/Effect/Video",
      "Shows what the wearer sees, from a third-person camera and its depth", "The egostream maintainers");
  gst_element_class_add_static_pad_template_with_gtype(element_class, &sink_template, GST_TYPE_AGGREGATOR_PAD);
  gst_element_class_add_static_pad_template_with_gtype(element_class, &depth_template, GST_TYPE_AGGREGATOR_PAD);
  gst_element_class_add_static_pad_template_with_gtype(element_class, &src_template, GST_TYPE_AGGREGATOR_PAD);
  gst_element_class_add_static_pad_template(element_class, &mask_template);
  gst_type_mark_as_plugin_api(backend_type(), 0);
  gst_type_mark_as_plugin_api(fill_type(), 0);
  gst_type_mark_as_plugin_api(align_type(), 0);
  gst_type_mark_as_plugin_api(on_lag_type(), 0);

  element_class->change_state = change_state;
  element_class->request_new_pad = gst_exo2ego_request_new_pad;
  element_class->release_pad = gst_exo2ego_release_pad;

  aggregator_class->start = gst_exo2ego_start;
  aggregator_class->stop = gst_exo2ego_stop;
  aggregator_class->flush = gst_exo2ego_flush;
  aggregator_class->aggregate = gst_exo2ego_aggregate;
  aggregator_class->get_next_time = gst_exo2ego_get_next_time;
  aggregator_class->clip = gst_exo2ego_clip;
  aggregator_class->sink_event = gst_exo2ego_sink_event;
  aggregator_class->sink_query = gst_exo2ego_sink_query;
  aggregator_class->src_query = gst_exo2ego_src_query;
  aggregator_class->update_src_caps = gst_exo2ego_update_src_caps;
  aggregator_class->decide_allocation = gst_exo2ego_decide_allocation;
  aggregator_class->propose_allocation = gst_exo2ego_propose_allocation;
  aggregator_class->create_new_pad = create_new_pad;
}

static void gst_exo2ego_init(GstExo2Ego *self) {
  GstPadTemplate *pad_template = gst_element_class_get_pad_template(GST_ELEMENT_GET_CLASS(self), "sink");
  self->sink = g_object_new(
      GST_TYPE_AGGREGATOR_PAD, "name", "sink", "direction", GST_PAD_SINK, "template", pad_template, NULL);
  gst_element_add_pad(GST_ELEMENT(self), GST_PAD(self->sink));
  gst_exo2ego_instance_init(self);
}
