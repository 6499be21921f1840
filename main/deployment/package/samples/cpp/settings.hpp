// What model.hpp tells of a model.
#pragma once
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

// Settings of a filter as in model.json: a word, and numbers by name; switches are 0 or 1. What is null there is missing here.
struct Filter {
  std::string type, choice;
  std::map<std::string, double> numbers;
  std::vector<std::pair<long, long>> pixels;
};

// What step.onnx hands from timestep to timestep; its shape without the batch.
struct State { std::string input, output; std::vector<long> shape; };

struct Model {
  std::vector<std::string> labels;
  std::array<long, 4> shape;  // T, C, H, W
  bool takes_pictures;
  // Framing
  long timesteps;
  std::string split_by;
  long long block_us;
  bool keeps_remainder;
  std::string representation;
  double tau;
  bool divides_by_maximum, resizes, resizes_8_bit;
  std::vector<Filter> filters;
  std::vector<State> states;
};
