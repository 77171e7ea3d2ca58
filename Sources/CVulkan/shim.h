// Types only: with no prototypes, nothing can link against libvulkan by accident. See docs/decisions/010.
#pragma once
#define VK_NO_PROTOTYPES 1
#include <vulkan/vulkan_core.h>
