// The plugin's descriptor.
#include "exo2ego.h"

static gboolean plugin_init(GstPlugin *plugin) {
  return gst_element_register(plugin, "exo2ego", GST_RANK_NONE, gst_exo2ego_get_type());
}

#define PACKAGE "egostream"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, exo2ego,
    "First-person video from a third-person camera", plugin_init, "0.1.0", GST_LICENSE_UNKNOWN, "egostream", "egostream")
