#include "experiments/claims/verdicts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "experiments/claims/predicate_finding.hpp"

namespace lengthwise {
namespace {

std::string_view name_of(finding f) {
  switch (f) {
    case finding::holds: return "holds";
    case finding::fails: return "fails";
    case finding::unclear: return "unclear";
    case finding::untestable: return "untestable";
  }
  return "";
}

// All predicates together: one that fails decides, then one that cannot be tested, then one that is unclear.
protocol_finding together(const std::vector<predicate>& holds, const measurements& m, protocol by, const claim& c) {
  protocol_finding all{by, finding::holds, "", {}};
  for (const predicate& p : holds) all.predicates.push_back(find_out(p, m, by, c.seeds, c.deviations));
  for (const finding decisive : {finding::fails, finding::untestable, finding::unclear}) {
    const auto found = std::ranges::find(all.predicates, decisive, &predicate_finding::found);
    if (found == all.predicates.end()) continue;
    all.found = decisive;
    all.why = decisive == finding::untestable ? found->why : fmt::format("{}: {}", found->predicate, found->why);
    return all;
  }
  const predicate_finding& first = all.predicates.front();
  all.why = fmt::format("{}: {}", first.predicate, first.why);
  if (all.predicates.size() > 1) all.why += fmt::format("; and {} more", all.predicates.size() - 1);
  return all;
}

std::string protocols_with(const std::vector<protocol_finding>& all, finding f) {
  std::vector<std::string_view> names;
  for (const protocol_finding& p : all)
    if (p.found == f) names.push_back(name_of(p.by));
  return fmt::format("{}", fmt::join(names, " and "));
}

using json = nlohmann::ordered_json;

json json_of(const std::vector<protocol_finding>& all) {
  json findings = json::array();
  for (const protocol_finding& f : all) {
    json predicates = json::array();
    for (const predicate_finding& p : f.predicates) {
      json lengths = json::array();
      for (const measured_length& l : p.lengths)
        lengths.push_back({{"length", l.length},
                           {"over", l.over},
                           {"seeds", l.seeds},
                           {"values", l.values},
                           {"mean", l.over_seeds.mean},
                           {"deviation", l.over_seeds.deviation},
                           {"interval", mean_of(l.over_seeds).interval()},
                           {"finding", name_of(l.found)}});
      predicates.push_back(
          {{"predicate", p.predicate}, {"finding", name_of(p.found)}, {"why", p.why}, {"lengths", lengths}});
    }
    findings.push_back(
        {{"protocol", name_of(f.by)}, {"finding", name_of(f.found)}, {"why", f.why}, {"predicates", predicates}});
  }
  return findings;
}

}  // namespace

std::string_view name_of(verdict_kind kind) {
  switch (kind) {
    case verdict_kind::agree: return "agree";
    case verdict_kind::contradict: return "contradict";
    case verdict_kind::contested: return "contested";
    case verdict_kind::not_testable: return "not testable at this scale";
  }
  return "";
}

verdict judge(const claim& c, const measurements& m) {
  verdict v{&c, verdict_kind::not_testable, "", {}, {}};
  if (!c.corpus.empty() && std::ranges::none_of(m.curves, [&](const curve& own) {
        return own.cells.front().result.corpus == read_text(c.corpus);
      })) {
    v.why =
        fmt::format("it is about {}, and the study about {}", c.corpus, m.curves.front().cells.front().result.corpus);
    return v;
  }
  for (const protocol by : c.protocols) v.evidence.push_back(together(c.holds, m, by, c));
  for (const protocol by : c.against_protocols) v.against.push_back(together(c.against_holds, m, by, c));
  const auto first = [&](finding f) { return std::ranges::find(v.evidence, f, &protocol_finding::found); };
  const auto holds = first(finding::holds), fails = first(finding::fails), end = v.evidence.end();
  const auto opposed = std::ranges::find(v.against, finding::holds, &protocol_finding::found);
  if (holds != end && fails != end) {
    v.kind = verdict_kind::contested;
    v.why = fmt::format("holds by {}, fails by {}: {}", protocols_with(v.evidence, finding::holds),
                        protocols_with(v.evidence, finding::fails), fails->why);
  } else if (holds != end && opposed != v.against.end()) {
    v.kind = verdict_kind::contested;
    v.why = fmt::format("{}; and so does the contrary ({}) by {}: {}", holds->why, c.against_source,
                        name_of(opposed->by), opposed->why);
  } else if (holds != end) {
    v.kind = verdict_kind::agree;
    v.why = holds->why;
  } else if (fails != end) {
    v.kind = verdict_kind::contradict;
    v.why = fails->why;
  } else {
    const auto unclear = first(finding::unclear);
    v.why = unclear != end ? unclear->why : v.evidence.front().why;
  }
  return v;
}

std::vector<verdict> judge(const std::vector<claim>& claims, const measurements& m) {
  std::vector<verdict> all;
  for (const claim& c : claims) all.push_back(judge(c, m));
  return all;
}

std::string verdicts_text(const std::vector<verdict>& all) {
  std::string text;
  std::map<verdict_kind, int> counts;
  for (const verdict& v : all) {
    ++counts[v.kind];
    text += fmt::format("{:<28}{}: {}\n", name_of(v.kind), v.about->id, v.about->says);
    text += fmt::format("{:28}source: {}\n", "", v.about->source);
    // Where there are numbers they say it all; the reason is only repeated where it is more than them.
    if (v.kind == verdict_kind::contested || v.kind == verdict_kind::not_testable)
      text += fmt::format("{:28}{}\n", "", v.why);
    const auto add = [&](const std::vector<protocol_finding>& findings, std::string_view prefix) {
      for (const protocol_finding& f : findings)
        for (const predicate_finding& p : f.predicates)
          if (!p.lengths.empty() || p.found != finding::untestable)
            text +=
                fmt::format("{:28}{}{}, {}: {}: {}\n", "", prefix, name_of(f.by), name_of(p.found), p.predicate, p.why);
    };
    add(v.evidence, "");
    add(v.against, fmt::format("to the contrary ({}): ", v.about->against_source));
    text += '\n';
  }
  std::vector<std::string> parts;
  for (const verdict_kind kind :
       {verdict_kind::agree, verdict_kind::contradict, verdict_kind::contested, verdict_kind::not_testable})
    parts.push_back(fmt::format("{} {}", counts[kind], name_of(kind)));
  return text + fmt::format("{} claims: {}\n", all.size(), fmt::join(parts, ", "));
}

std::string verdicts_json(const std::vector<verdict>& all) {
  json list = json::array();
  for (const verdict& v : all) {
    json one = {{"id", v.about->id},
                {"says", v.about->says},
                {"source", v.about->source},
                {"verdict", name_of(v.kind)},
                {"why", v.why},
                {"margin", {{"seeds", v.about->seeds}, {"deviations", v.about->deviations}}},
                {"evidence", json_of(v.evidence)}};
    if (!v.about->against_source.empty())
      one["against"] = {{"source", v.about->against_source}, {"evidence", json_of(v.against)}};
    list.push_back(std::move(one));
  }
  return list.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace lengthwise
