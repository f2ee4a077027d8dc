// `npm run setup:tensorflow` links this file into the addon of @tensorflow/tfjs-node-gpu. It runs before TensorFlow
// starts: it filters TensorFlow's log messages, makes the allocator keep freed memory, and loads the CUDA libraries that
// the setup downloaded.

#include <dlfcn.h>
#include <glob.h>
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/log/internal/globals.h"

namespace absl {
ABSL_NAMESPACE_BEGIN
namespace log_internal {

// Replaces the function of the same name in libtensorflow_framework: the linker looks up symbols in the addon before it
// looks in the addon's libraries. TensorFlow writes some messages while it initializes, before it reads
// TF_CPP_MIN_LOG_LEVEL. "oneDNN custom operations are on" cannot be suppressed in any other way.
__attribute__((visibility("default"))) void WriteToStderr(absl::string_view message, absl::LogSeverity severity) {
  const char* setting = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  const int threshold = setting == nullptr || *setting == '\0' ? 3 : std::atoi(setting);
  if (static_cast<int>(severity) < threshold) return;
  std::fwrite(message.data(), 1, message.size(), stderr);
}

}  // namespace log_internal
ABSL_NAMESPACE_END
}  // namespace absl

namespace {

// A step of decoding allocates megabytes of results and frees them soon. By default, the allocator returns this memory to
// the operating system, which clears every page again for the next result. That takes a third of the time of a step.
__attribute__((constructor)) void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

// TensorFlow opens CUDA's libraries by their names when it looks for a GPU. A library that is already loaded is found by
// its name, whatever its folder is. Otherwise LD_LIBRARY_PATH would have to be set before the program starts.
__attribute__((constructor)) void LoadCudaLibraries() {
  Dl_info self;
  if (dladdr(reinterpret_cast<void*>(&LoadCudaLibraries), &self) == 0) return;
  const std::string addon(self.dli_fname);
  const std::string folder = addon.substr(0, addon.find_last_of('/') + 1);

  glob_t found;
  if (glob((folder + "../../deps/nvidia/*/lib/*.so*").c_str(), 0, nullptr, &found) == 0) {
    // Errors are ignored. If TensorFlow needs a library that did not load, it says so and computes on the processor.
    for (size_t i = 0; i < found.gl_pathc; i++) dlopen(found.gl_pathv[i], RTLD_LAZY | RTLD_LOCAL);
  }
  globfree(&found);
}

}  // namespace
