// Reads a recording, makes frames of it by the model's own rule and classifies them.
//
// c++ -std=c++17 -O2 classify.cpp -lonnxruntime -o classify
// (or -LFOLDER -Wl,-rpath,FOLDER -lonnxruntime with the folder of libonnxruntime; no headers are needed)
// ./classify [RECORDING] [--cut START,END] [--steps [--stop P]] [--save FRAMES.npy]
//
// RECORDING     .aedat (2.0), .bin (N-MNIST), .npz (not compressed) or .csv; without it the package's own, compared with what Saccade computed
// --cut         only the events from START to before END, in microseconds as they stand in the file
// --steps       one timestep after the other (step.onnx), as from a camera, instead of all at once (window.onnx)
// --stop P      with --steps: stop as soon as the answer's probability is P or more
// --save        the frames [T, C, H, W] as a NumPy file
#include <cstdlib>
#include "filters.hpp"
#include "framing.hpp"
#include "onnxruntime.hpp"

using Values = std::vector<float>;

struct Options {
  std::string recording, save, package = "../../";
  long long from = std::numeric_limits<long long>::min(), to = std::numeric_limits<long long>::max();
  bool steps = false;
  double stop = 2;
};

Options options_of(int argc, char** argv) {
  Options given;
  for (int i = 1; i < argc; i++) {
    const std::string word = argv[i], next = i + 1 < argc ? argv[i + 1] : "";
    if (word == "--steps") given.steps = true;
    else if (word == "--stop") given.stop = std::atof(argv[++i < argc ? i : argc - 1]);
    else if (word == "--save") given.save = next, i++;
    else if (word == "--cut" && std::sscanf(next.c_str(), "%lld,%lld", &given.from, &given.to) == 2) i++;
    else if (word.rfind("--", 0) == 0 || !given.recording.empty()) throw std::runtime_error("What is " + word + "? See the first lines of classify.cpp.");
    else given.recording = word;
  }
  return given;
}

// float32 values of a .npy file of Saccade's, whose header is 128 bytes.
Values golden(const std::string& path) {
  const Bytes bytes = bytes_of(path);
  Values values(bytes.size() < 128 ? 0 : (bytes.size() - 128) / 4);
  if (!values.empty()) std::memcpy(values.data(), bytes.data() + 128, values.size() * 4);
  return values;
}

void save(const std::string& path, const Values& frames) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  for (const long size : model.shape) header += std::to_string(size) + ", ";
  header += "), }";
  header.resize(117, ' ');
  std::ofstream out(path, std::ios::binary);
  out.write("\x93NUMPY\x01\x00\x76\x00", 10).write((header + "\n").data(), 118);
  out.write(reinterpret_cast<const char*>(frames.data()), std::streamsize(frames.size() * sizeof(float)));
}

void compare(const char* what, const Values& made, const Values& known) {
  double largest = made.size() == known.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < made.size() && i < known.size(); i++) largest = std::max(largest, double(std::abs(made[i] - known[i])));
  std::printf("%s differ from Saccade's by at most %.1e\n", what, largest);
  if (!(largest <= 1e-3)) throw std::runtime_error(std::string("The ") + what + " are not Saccade's.");
}

std::size_t best(const Values& logits) { return std::size_t(std::max_element(logits.begin(), logits.end()) - logits.begin()); }

double probability(const Values& logits) {
  double total = 0;
  for (const float logit : logits) total += std::exp(double(logit) - double(logits[best(logits)]));
  return 1 / total;
}

Values frames_of(const Options& given) {
  if (model.takes_pictures) throw std::runtime_error("This model takes pictures, not recordings: its input is a picture in 0..1, less its mean, by its deviation (model.json).");
  Recording recording = read_recording(given.recording.empty() ? given.package + "golden/recording.csv" : given.recording);
  keep_where(recording, [&](const Event& e) { return e.t >= given.from && e.t < given.to; });
  apply_filters(recording, model.filters);
  if (recording.events.empty()) throw std::runtime_error("No events are left, so there is nothing to recognize.");
  return make_frames(recording);
}

Values classify_window(const Options& given, const Values& frames) {
  ort::Session session(given.package + "window.onnx");
  std::map<std::string, ort::Tensor> inputs{{"frames", {{1, model.shape[0], model.shape[1], model.shape[2], model.shape[3]}, frames}}};
  return session.run(inputs, {"logits"})[0];
}

// One timestep after the other; all states are zero at first. Gives the mean of the logits, and after how many timesteps it stopped.
std::pair<Values, long> classify_steps(const Options& given, const Values& frames) {
  ort::Session session(given.package + "step.onnx");
  const long size = model.shape[1] * model.shape[2] * model.shape[3];
  std::map<std::string, ort::Tensor> inputs;
  std::vector<std::string> outputs{"logits"};
  for (const auto& state : model.states) {
    std::int64_t length = 1;
    std::vector<std::int64_t> shape{1};
    for (const long each : state.shape) { shape.push_back(each); length *= each; }
    inputs[state.input] = {shape, Values(std::size_t(length), 0.f)};
    outputs.push_back(state.output);
  }
  Values sum(model.labels.size(), 0.f), mean(sum);
  for (long t = 0;; ) {
    inputs["frame"] = {{1, model.shape[1], model.shape[2], model.shape[3]}, Values(frames.begin() + t * size, frames.begin() + (t + 1) * size)};
    auto answer = session.run(inputs, outputs);
    for (std::size_t i = 0; i < model.states.size(); i++) inputs[model.states[i].input].values = std::move(answer[i + 1]);
    t++;
    for (std::size_t c = 0; c < sum.size(); c++) mean[c] = (sum[c] += answer[0][c]) / float(t);
    std::printf("timestep %ld of %ld: %s (%.3f)\n", t, model.timesteps, model.labels[best(mean)].c_str(), probability(mean));
    if (t == model.timesteps || probability(mean) >= given.stop) return {mean, t};
  }
}

int main(int argc, char** argv) try {
  const Options given = options_of(argc, argv);
  const std::string data = given.package + "golden/";
  Values frames, logits;
  if (!given.recording.empty()) frames = frames_of(given);
  else if (std::ifstream(data + "recording.csv")) {
    frames = frames_of(given);
    compare("frames", frames, golden(data + "recording-frames.npy"));
    logits = golden(data + "recording-logits.npy");
  } else {  // A model of pictures has no recording: the first picture of its test split
    frames = golden(data + "frames.npy");
    logits = golden(data + "logits.npy");
    frames.resize(std::size_t(model.shape[0] * model.shape[1] * model.shape[2] * model.shape[3]));
    logits.resize(model.labels.size());
  }
  if (!given.save.empty()) save(given.save, frames);
  const auto [answer, timesteps] = given.steps ? classify_steps(given, frames) : std::pair{classify_window(given, frames), model.timesteps};
  if (!logits.empty() && timesteps == model.timesteps) compare("logits", answer, logits);
  std::printf("class: %s\n", model.labels[best(answer)].c_str());
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
