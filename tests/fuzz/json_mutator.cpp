// What libFuzzer does to JSON, so that it stays JSON and says what no record of ours should: texts that are commands
// elsewhere, numbers beyond their types, other kinds of values, values nested deeply, twice, or in each other's place.
// Now and then the bytes are altered as libFuzzer would.
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

using json = nlohmann::ordered_json;

// A number that JSON can say and nlohmann cannot hold is written in place of a text that begins so.
constexpr const char* raw = "raw number ";

const std::vector<json> values{"",
                               "x\n!touch ran\n",
                               "\x1b[2J\x1b]0;title\x07",
                               "\r",
                               "\xc2\x9b"
                               "2J",
                               "\xe2\x80\xae txt.exe",
                               "\xe2\x80\xa8",
                               "'`$(x)`\"\\",
                               "END",
                               "</script><!--",
                               ",\"\n",
                               "../../x",
                               "/etc/passwd",
                               ".",
                               std::string("a\0b", 3),
                               std::string(5000, 'x'),
                               "rope",
                               "alibi+rope",
                               "sliding",
                               "fixed_targets",
                               "ok",
                               "non_finite",
                               "raw number 1e999",
                               "raw number -1e999",
                               "raw number 1e-999",
                               "raw number -0",
                               "raw number 123456789012345678901234567890",
                               "raw number 1e308",
                               0,
                               1,
                               -1,
                               2,
                               16,
                               64,
                               2147483647,
                               2147483648,
                               -2147483648,
                               16777216,
                               9223372036854775807,
                               std::uint64_t{18446744073709551615u},
                               0.5,
                               -0.0,
                               1e300,
                               4.9e-324,
                               nullptr,
                               true,
                               json::array(),
                               json::object()};

void collect(json& j, std::vector<json*>& all) {
  all.push_back(&j);
  if (j.is_structured())
    for (json& item : j) collect(item, all);
}

void alter(json& whole, std::minstd_rand& random) {
  std::vector<json*> all;
  collect(whole, all);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  json& chosen = *all[below(all.size())];
  switch (below(8)) {
    case 0:
    case 1:
    case 2: chosen = values[below(values.size())]; break;
    case 3: {
      const json other = *all[below(all.size())];
      chosen = other;
      break;
    }
    case 4:
      if (chosen.is_array() && !chosen.empty()) {
        const json again = chosen[below(chosen.size())];
        chosen.push_back(again);
      } else if (chosen.is_object()) {
        chosen[values[below(10)].get<std::string>()] = values[below(values.size())];
      }
      break;
    case 5:
      if (chosen.is_structured() && !chosen.empty())
        chosen.erase(std::next(chosen.begin(), static_cast<std::ptrdiff_t>(below(chosen.size()))));
      break;
    case 6: {
      json nested = chosen;
      for (std::size_t depth = below(40); depth > 0; --depth) nested = json::array({nested});
      chosen = nested;
      break;
    }
    case 7:
      if (chosen.is_number_integer()) {
        const std::int64_t moved = static_cast<std::int64_t>(chosen.get<std::uint64_t>() + below(5) - 2);
        chosen = moved;
      } else if (chosen.is_number_float()) {
        chosen = chosen.get<double>() * static_cast<double>(below(5));
      }
      break;
  }
}

std::string with_raw_numbers(std::string text) {
  const std::string mark = std::string("\"") + raw;
  for (std::size_t at = 0; (at = text.find(mark)) != text.npos;) {
    const std::size_t end = text.find('"', at + 1);
    text.replace(at, end + 1 - at, text.substr(at + mark.size(), end - at - mark.size()));
  }
  return text;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  std::minstd_rand random(seed);
  json whole = json::parse(data, data + size, nullptr, false);
  if (whole.is_discarded() || random() % 16 == 0) return LLVMFuzzerMutate(data, size, most);
  for (auto times = random() % 4; times + 1 > 0; --times) {
    alter(whole, random);
    if (times == 0) break;
  }
  const std::string text = with_raw_numbers(whole.dump(-1, ' ', false, json::error_handler_t::replace));
  if (text.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::memcpy(data, text.data(), text.size());
  return text.size();
}
