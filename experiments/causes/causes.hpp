// Why a model breaks or holds at a length that it was not trained at: what each change of the reading costs, from the
// losses of the same targets in several views, and a verdict by a stated rule.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/measured/block_losses.hpp"
#include "experiments/statistics/statistics.hpp"

namespace lengthwise {

// The views that a verdict is made of, in the order in which they are evaluated. An encoding may have no such thing as
// a clamped distance, or no such positions: what follows from that view is then not known.
inline constexpr std::string_view views_of_causes[] = {"raw",    "cropped",  "crowd",  "thin",
                                                       "offset", "tempered", "foreign"};

// The losses of one model at one length, by view; all of the same targets.
struct viewed_losses {
  std::string view;
  block_losses losses;
};
using viewed_model = std::vector<viewed_losses>;

// In bits per byte, paired by target, over seeds; what is not known is empty.
struct causes {
  std::size_t seeds = 0;
  std::int64_t targets = 0;
  std::optional<estimate> harm;      // raw - cropped: all that the longer window costs
  std::optional<estimate> number;    // crowd - cropped: as many keys, at trained distances
  std::optional<estimate> distance;  // thin - cropped: distances never seen, as many keys as in training
  std::optional<estimate> position;  // offset - cropped: positions never seen, and nothing else
  std::optional<estimate> dilution;  // raw - tempered: what one number for all logits gives back
  std::optional<estimate> use;       // foreign - raw: what the text beyond the trained length is worth
};
// Seeds that lack a view that another has are left out of it. Empty where no model has both raw and cropped.
std::optional<causes> causes_of(const std::vector<viewed_model>& seeds);

enum class diagnosis { holds, by_number, by_distance, by_position, by_dilution, by_several, unknown };
std::string_view words_of(diagnosis);  // "breaks by distance"

// A model holds where the interval of its harm ends below `harmless`. It breaks where the interval begins above 0; one
// that does neither cannot be told. Of what breaks: a cause counts where its interval lies above 0, and it explains
// where it is at least `explaining` of the harm.
//   position  first, for what it explains is in the other views as well
//   number, distance  where both explain: the one that alone has nearly all of the harm, for then the other is not
//   needed;
//             else the larger, unless the other is more than half of it: then several
//   dilution  where none of those explains
//   several   where none explains alone and two or more count; else it cannot be told
inline constexpr double harmless = 0.05, explaining = 1.0 / 3, nearly_all = 0.9;
diagnosis diagnose(const causes&);

// "breaks by distance: 49 % of +3.66 bits alone, the rest with the number of keys; the far text is not used"
std::string sentence_of(const causes&);

}  // namespace lengthwise
