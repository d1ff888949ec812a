// Published claims as predicates over measured curves. A claims file is TOML; configs/claims.toml explains its words.
#pragma once
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/windows.hpp"

namespace lengthwise {

// One curve's place in a comparison: an encoding by a protocol, extended or not.
struct curve_name {
  std::string encoding;
  std::optional<lengthwise::protocol> protocol;  // the claim's, unless said
  std::string extension = "none";
};

// What must hold. Lengths are multiples of the training length L.
struct predicate {
  enum class kind {
    ratio,          // perplexity of `of` over that of `to`, within at_least and at_most
    best_length,    // the length of least perplexity lies within from and until
    out_of_domain,  // every length of the range is out of the encoding's domain
    same_bits,      // the losses of `of` and `to` are equal to the last bit
    exact           // exact match of `of`, less that of `to` where it is compared, within at_least and at_most
  };
  kind what = kind::ratio;
  curve_name of, to;
  double from = 0, until = std::numeric_limits<double>::infinity();  // every evaluated length in here is meant
  bool above_from = false;                                           // from itself is not
  std::optional<double> over;  // the length of `to`; the same as that of `of` unless said
  double at_least = 0, at_most = std::numeric_limits<double>::infinity();
  bool compared = true;  // of an exact match: whether there is a `to`
  bool ties = false;     // a ratio that cannot be told from its bound meets it

  std::string text() const;  // "ppl(rope, 2 L) / ppl(rope, L) >= 1.5"
};

struct claim {
  std::string id, says, source;
  std::string corpus = "";          // the text that it is about; "": any
  std::vector<protocol> protocols;  // each is asked by itself
  std::size_t seeds = 3;            // fewer cannot decide
  double deviations = 2;            // a ratio counts where it is beyond its bound by so many deviations over seeds
  std::vector<predicate> holds;     // all of them must
  // A published result to the contrary, where there is one.
  std::string against_source;
  std::vector<protocol> against_protocols;
  std::vector<predicate> against_holds;
};

// Throws usage_error with file, line and reason unless it is a claims file.
std::vector<claim> parse_claims(std::string_view toml, std::string_view name);
std::vector<claim> read_claims(const std::filesystem::path& file);

}  // namespace lengthwise
