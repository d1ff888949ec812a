#include "experiments/studies/study_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/storage/printable.hpp"
#include "experiments/cells/evaluate_lengths.hpp"
#include "experiments/config/toml_writer.hpp"
#include "experiments/terminal/quantities.hpp"

namespace lengthwise {
namespace {

constexpr std::size_t bar_width = 20, longest_name = 26;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::vector<double> works_of(const std::vector<const study_cell*>& cells) {
  std::vector<double> all;
  for (const study_cell* c : cells) all.push_back(work_of(c->config).all());
  return all;
}

std::string left_text(const std::optional<double>& seconds) { return seconds ? "  " + clock_text(*seconds) : ""; }

class cell_observer final : public observer {
 public:
  cell_observer(study_progress& study, std::size_t index) : study_(study), index_(index) {}
  void progress(double share, std::string_view text) override { study_.progress(index_, share, text); }
  void note(std::string_view text) override { study_.note(text); }

 private:
  study_progress& study_;
  std::size_t index_;
};

}  // namespace

std::string short_name(const study_cell& cell) {
  std::string name;
  for (const named_value& v : cell.varied) {
    const auto* text = std::get_if<std::string>(&v.value);
    std::string value = text != nullptr ? *text : toml_text(v.value);
    if (v.name != "encoding.type") value = fmt::format("{}={}", v.name.substr(v.name.rfind('.') + 1), value);
    name += (name.empty() ? "" : ", ") + value;
  }
  return printable(name.empty() ? cell.folder : name, longest_name);
}

study_progress::study_progress(progress_view& view, const std::vector<const study_cell*>& cells, std::size_t all,
                               int at_once)
    : view_(view), finished_(all - cells.size()), all_(all), left_(works_of(cells), at_once) {
  for (const study_cell* c : cells) names_.push_back(short_name(*c));
}

std::unique_ptr<observer> study_progress::of_cell(std::size_t index) {
  return std::make_unique<cell_observer>(*this, index);
}

void study_progress::progress(std::size_t index, double share, std::string_view text) {
  left_.progress(index, share, seconds_now());
  const auto found = std::ranges::find(running_, index, &running_cell::index);
  running_cell& cell = found != running_.end() ? *found : running_.emplace_back(running_cell{index, 0, ""});
  // A view that chooses a key reads twice; what is shown does not go back.
  cell = {index, std::max(share, cell.share), std::string(text)};
  if (view_.is_due(left_.share())) view_.draw(lines(view_.columns()), left_.share());
}

void study_progress::ended(std::size_t index) {
  left_.ended(index, seconds_now());
  std::erase_if(running_, [&](const running_cell& c) { return c.index == index; });
  ++finished_;
}

std::vector<std::string> study_progress::lines(std::size_t columns) const {
  std::size_t widest = 0;
  for (const running_cell& c : running_) widest = std::max(widest, names_[c.index].size());
  std::vector<std::string> all;
  for (const running_cell& c : running_) {
    const std::string rest = fmt::format(" {:3.0f} %  {}{}", 100 * c.share, c.text, left_text(left_.of_piece(c.index)));
    const std::string& name = names_[c.index];
    // In a narrow terminal the name gives way.
    const std::size_t room = columns > rest.size() + 8 ? columns - rest.size() : 8;
    all.push_back(fmt::format("{:{}}{}", printable(name, room), std::min(widest, room), rest));
  }
  if (all_ == 1) return all;
  const auto full = static_cast<std::size_t>(left_.share() * static_cast<double>(bar_width));
  all.push_back(fmt::format("[{}{}] {:3.0f} %  {} of {} cells finished{}", std::string(full, '='),
                            std::string(bar_width - full, ' '), 100 * left_.share(), finished_, all_,
                            left_.of_all() ? fmt::format(", {} left", clock_text(*left_.of_all())) : ""));
  return all;
}

}  // namespace lengthwise
