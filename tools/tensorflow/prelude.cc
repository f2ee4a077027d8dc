// Linked into the addon of @tensorflow/tfjs-node-gpu by `npm run setup:tensorflow`, to act before TensorFlow does:
// keep its chatter off the terminal, keep the memory of its results at hand, and find the CUDA libraries that were
// fetched beside it.

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

// Takes the place of the function of the same name in libtensorflow_framework, because the addon comes before its
// libraries in the order in which symbols are looked up. Some lines are written while the library initializes
// itself, before it has read TF_CPP_MIN_LOG_LEVEL: "oneDNN custom operations are on" cannot be held back otherwise.
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

// A tick of decoding makes megabytes of results that live for a moment. By default the allocator gives each back to the
// kernel, which clears every page again for the next one: a third of a tick's time.
__attribute__((constructor)) void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

// TensorFlow opens CUDA's libraries by their bare names when it looks for a GPU. A library that is loaded already is
// found under its name wherever it lies; the linker's own search path would need LD_LIBRARY_PATH before the start.
__attribute__((constructor)) void LoadCudaLibraries() {
  Dl_info self;
  if (dladdr(reinterpret_cast<void*>(&LoadCudaLibraries), &self) == 0) return;
  const std::string addon(self.dli_fname);
  const std::string folder = addon.substr(0, addon.find_last_of('/') + 1);

  glob_t found;
  if (glob((folder + "../../deps/nvidia/*/lib/*.so*").c_str(), 0, nullptr, &found) == 0) {
    // One that fails (a part for another card) is TensorFlow's to miss: it then says so and computes on the processor.
    for (size_t i = 0; i < found.gl_pathc; i++) dlopen(found.gl_pathv[i], RTLD_LAZY | RTLD_LOCAL);
  }
  globfree(&found);
}

}  // namespace
