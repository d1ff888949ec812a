// Gives every input of a folder to a target: TARGET FOLDER. Inputs named good-* must be taken, those named bad-*
// refused; of others, which a fuzzer left, only that they end well is asked.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "tests/fuzz/target.hpp"

int main(int count, char** words) {
  using namespace lengthwise::testing;
  demand(count == 2, "one folder is given");
  std::vector<std::filesystem::path> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(words[1])) inputs.push_back(entry.path());
  std::ranges::sort(inputs);
  int taken = 0, wrong = 0;
  for (const std::filesystem::path& input : inputs) {
    const std::string name = input.filename().string();
    std::ifstream in(input, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    std::fprintf(stderr, "%s\n", name.c_str());  // the last one named is the one that ends the program
    const bool took = read(std::as_bytes(std::span(text)));
    taken += took;
    if (took ? !name.starts_with("bad-") : !name.starts_with("good-")) continue;
    ++wrong;
    std::fprintf(stderr, "%s was %s\n", name.c_str(), took ? "taken" : "refused");
  }
  std::printf("%zu inputs, %d taken, %d wrong\n", inputs.size(), taken, wrong);
  return wrong == 0 && !inputs.empty() ? 0 : 1;
}
