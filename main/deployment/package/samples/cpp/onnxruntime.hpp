// ONNX Runtime by its C API, without its headers: any of its shared libraries from version 1.0 on will do (the release archives, and
// the packages for Python, Node and .NET all carry one). OrtGetApiBase()->GetApi(1) gives a table of functions whose order never
// changes, new ones are only appended (onnxruntime_c_api.h: "Version 1 - LOCKED"); the numbers below are places in that table.
#pragma once
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>
#if defined(_WIN32) && !defined(_WIN64)
#define ORT_CALL __stdcall
#else
#define ORT_CALL
#endif

struct OrtApiBase { const void* const*(ORT_CALL* GetApi)(std::uint32_t version); const char*(ORT_CALL* GetVersionString)(); };
extern "C" const OrtApiBase* ORT_CALL OrtGetApiBase();

namespace ort {
// What the functions are called in onnxruntime_c_api.h.
enum Place { GetErrorMessage = 2, CreateEnv = 3, CreateSessionFromArray = 8, Run = 9, CreateSessionOptions = 10, CreateTensorWithDataAsOrtValue = 49,
  GetTensorMutableData = 51, GetTensorShapeElementCount = 64, GetTensorTypeAndShape = 65, CreateCpuMemoryInfo = 69,
  ReleaseEnv = 92, ReleaseStatus = 93, ReleaseMemoryInfo = 94, ReleaseSession = 95, ReleaseValue = 96, ReleaseTensorTypeAndShapeInfo = 99, ReleaseSessionOptions = 100 };
constexpr int warnings = 2, arena_allocator = 1, default_memory = 0, float32 = 1;

inline const void* function(Place place) {
  static const void* const* const table = OrtGetApiBase()->GetApi(1);
  return table[place];
}

// Functions that give a status: null, or a fault.
template <typename... Arguments> void call(Place place, Arguments... arguments) {
  void* status = reinterpret_cast<void*(ORT_CALL*)(Arguments...)>(const_cast<void*>(function(place)))(arguments...);
  if (!status) return;
  const std::string message = reinterpret_cast<const char*(ORT_CALL*)(const void*)>(const_cast<void*>(function(GetErrorMessage)))(status);
  reinterpret_cast<void(ORT_CALL*)(void*)>(const_cast<void*>(function(ReleaseStatus)))(status);
  throw std::runtime_error("ONNX Runtime: " + message);
}

// Something of the library's that is given back.
class Held {
 public:
  explicit Held(Place release) : release_(release) {}
  Held(Held&& other) noexcept : held_(std::exchange(other.held_, nullptr)), release_(other.release_) {}
  ~Held() { if (held_) reinterpret_cast<void(ORT_CALL*)(void*)>(const_cast<void*>(function(release_)))(held_); }
  void** out() { return &held_; }
  void* get() const { return held_; }
 private:
  void* held_ = nullptr;
  Place release_;
};

struct Tensor { std::vector<std::int64_t> shape; std::vector<float> values; };

// A model file, ready to run.
class Session {
 public:
  explicit Session(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error(path + ": is not there; README.md of the package says why");
    const std::vector<char> bytes((std::istreambuf_iterator<char>(in)), {});
    call(CreateEnv, warnings, static_cast<const char*>("saccade"), env_.out());
    call(CreateSessionOptions, options_.out());
    call(CreateSessionFromArray, const_cast<const void*>(env_.get()), static_cast<const void*>(bytes.data()), bytes.size(), const_cast<const void*>(options_.get()), session_.out());
    call(CreateCpuMemoryInfo, arena_allocator, default_memory, memory_.out());
  }

  // Values of the outputs that are asked for.
  std::vector<std::vector<float>> run(std::map<std::string, Tensor>& inputs, const std::vector<std::string>& outputs) {
    std::vector<Held> given, made;
    std::vector<const char*> input_names, output_names;
    std::vector<const void*> input_values;
    std::vector<void*> output_values(outputs.size(), nullptr);
    for (auto& [name, tensor] : inputs) {
      given.emplace_back(ReleaseValue);
      call(CreateTensorWithDataAsOrtValue, const_cast<const void*>(memory_.get()), static_cast<void*>(tensor.values.data()), tensor.values.size() * sizeof(float),
           static_cast<const std::int64_t*>(tensor.shape.data()), tensor.shape.size(), float32, given.back().out());
      input_names.push_back(name.c_str());
      input_values.push_back(given.back().get());
    }
    for (const std::string& name : outputs) output_names.push_back(name.c_str());
    call(Run, session_.get(), static_cast<const void*>(nullptr), static_cast<const char* const*>(input_names.data()), static_cast<const void* const*>(input_values.data()),
         inputs.size(), static_cast<const char* const*>(output_names.data()), outputs.size(), output_values.data());
    std::vector<std::vector<float>> values;
    for (void* value : output_values) {
      made.emplace_back(ReleaseValue);
      *made.back().out() = value;
      Held info(ReleaseTensorTypeAndShapeInfo);
      std::size_t count = 0;
      float* data = nullptr;
      call(GetTensorTypeAndShape, static_cast<const void*>(value), info.out());
      call(GetTensorShapeElementCount, const_cast<const void*>(info.get()), &count);
      call(GetTensorMutableData, value, &data);
      values.emplace_back(data, data + count);
    }
    return values;
  }

 private:
  // The library's environment goes last.
  Held env_{ReleaseEnv}, options_{ReleaseSessionOptions}, session_{ReleaseSession}, memory_{ReleaseMemoryInfo};
};
}
