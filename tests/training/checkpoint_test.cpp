// A run that was interrupted at any step is the run that was not; a checkpoint that is not whole changes nothing.
#include "core/training/checkpoint.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "core/model/transformer.hpp"
#include "core/storage/errors.hpp"
#include "core/storage/file_bytes.hpp"
#include "core/storage/safetensors.hpp"
#include "tests/training/tiny.hpp"

using namespace lengthwise;
using namespace lengthwise::testing;

namespace {

using bytes = std::vector<std::byte>;

void write(const std::filesystem::path& path, std::span<const std::byte> content) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
}

// A run at step 1 that is asked to load files, and what it must still be after each refusal.
struct listener {
  temporary_path file{"checkpoint"};
  started run{"rope", 1, least_model, least_training};
  std::string digest = run.digest_at(1);

  // What it says against the file, "" when it takes it.
  std::string complaint(std::span<const std::byte> content) {
    write(file.path(), content);
    try {
      run.run.load(file.path());
      return "";
    } catch (const damaged_file& problem) {
      BOOST_TEST_REQUIRE(run.run.steps_done() == 1);
      BOOST_TEST_REQUIRE(run.run.digest() == digest);
      return problem.what();
    }
  }
  // The moments too are what they were: the run goes on as if nothing had happened.
  ~listener() {
    started other("rope", 1, least_model, least_training);
    BOOST_TEST(run.digest_at(3) == other.digest_at(3));
  }
};
bytes saved(std::string_view encoding = "rope", const model_config& m = least_model) {
  temporary_path file("other");
  started run(encoding, 1, m, least_training);
  run.digest_at(2);
  run.run.save(file.path(), {{"note", "kept"}});
  return file_bytes(file.path());
}
// The same checkpoint with other metadata, and checksums that fit it.
bytes with_step(const char* step) {
  safetensors contents = parse_safetensors(saved(), "memory");
  contents.metadata.erase("step");
  if (step != nullptr) contents.metadata["step"] = step;
  return safetensors_bytes(contents, checksums::with);
}
bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(checkpoints)

BOOST_AUTO_TEST_CASE(an_interruption_at_any_step_cannot_be_seen_for_every_encoding) {
  for (const registered_encoding& entry : registered_encodings()) {
    const std::string uninterrupted = started(entry.name).digest_at(3);
    for (int step = entry.name == "kerple_log" ? 0 : 2; step <= (entry.name == "kerple_log" ? 3 : 2);
         ++step) {  // any step for one of them
      temporary_path file("interrupted");
      {
        started run(entry.name);
        run.digest_at(step);
        run.run.save(file.path(), {});
      }
      started resumed(entry.name, 2);
      resumed.run.load(file.path());
      BOOST_TEST(resumed.run.steps_done() == step);
      BOOST_TEST(resumed.digest_at(3) == uninterrupted, entry.name << " interrupted after step " << step);
    }
  }
}
BOOST_AUTO_TEST_CASE(a_run_may_go_back_to_its_own_checkpoint) {
  temporary_path file("back");
  started run("kerple_log");
  run.digest_at(2);
  run.run.save(file.path(), {});
  const std::string ahead = run.digest_at(4);
  run.run.load(file.path());
  BOOST_TEST(run.run.steps_done() == 2);
  BOOST_TEST(run.digest_at(4) == ahead);
}
BOOST_AUTO_TEST_CASE(metadata_come_back) {
  temporary_path file("metadata");
  started run("rope", 1, least_model, least_training);
  run.run.save(file.path(), {{"config", "abc"}, {"note", "naïve\n\"quoted\""}});
  const auto metadata = run.run.load(file.path());
  BOOST_TEST(metadata.at("config") == "abc");
  BOOST_TEST(metadata.at("note") == "naïve\n\"quoted\"");
}
BOOST_AUTO_TEST_CASE(what_is_saved_is_what_other_programs_read) {
  const safetensors file = parse_safetensors(saved(), "memory", checksums::with);
  started run("rope", 1, least_model, least_training);
  run.digest_at(2);
  std::size_t tensors = 0;
  for (const parameter_slice& slice : run.run.model().layout().slices()) {
    const real* at = run.run.model().parameters() + slice.offset;
    BOOST_TEST((file.at(slice.name).values<real>() == std::vector<real>(at, at + slice.count)), slice.name);
    BOOST_TEST((file.at(slice.name).shape == slice.shape));
    for (const char* moment : {"adamw.first_moment.", "adamw.second_moment."})
      BOOST_TEST((file.at(moment + slice.name).shape == slice.shape));
    tensors += 3;
  }
  BOOST_TEST(file.tensors.size() == tensors);
  BOOST_TEST(file.metadata.at("step") == "2");
}

BOOST_AUTO_TEST_CASE(a_truncated_file_is_refused) {
  const bytes whole = saved();
  listener x;
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 16 + (size > 1000 ? 211 : 0))
    BOOST_TEST_REQUIRE(contains(x.complaint(std::span(whole).first(size)), x.file.path().c_str()),
                       size << " of " << whole.size());
  BOOST_TEST(x.complaint(std::span(whole).first(whole.size() - 1)) != "");
}
BOOST_AUTO_TEST_CASE(a_file_with_a_flipped_bit_is_refused) {
  bytes content = saved();
  listener x;
  for (std::size_t bit = 0; bit < 8 * content.size(); bit += 1 + content.size() / 20) {
    content[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    BOOST_TEST_REQUIRE(x.complaint(content) != "", "bit " << bit);
    content[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
  }
}
BOOST_AUTO_TEST_CASE(a_file_with_more_behind_it_is_refused) {
  bytes content = saved();
  content.push_back(std::byte{0});
  BOOST_TEST(listener().complaint(content) != "");
}
BOOST_AUTO_TEST_CASE(another_models_checkpoint_is_refused) {
  listener x;
  model_config m = least_model;
  m.feed_forward = 5;
  BOOST_TEST(contains(x.complaint(saved("rope", m)), "layers.0.feed_forward.up is F32 [4, 5], not F32 [4, 4]"));
  m = least_model, m.layers = 2;
  BOOST_TEST(contains(x.complaint(saved("rope", m)), "tensors, not"));
  m = least_model, m.norm = norm_kind::rms;
  BOOST_TEST(contains(x.complaint(saved("rope", m)), "tensors, not"));
  BOOST_TEST(contains(x.complaint(saved("kerple_log")), "tensors, not"));
}
BOOST_AUTO_TEST_CASE(a_checkpoint_without_checksums_or_of_another_type_is_refused) {
  listener x;
  const safetensors contents = parse_safetensors(saved(), "memory");
  BOOST_TEST(x.complaint(safetensors_bytes(contents)) != "");
  safetensors renamed = contents, doubled = contents;
  renamed.tensors[0].name += "s";
  BOOST_TEST(contains(x.complaint(safetensors_bytes(renamed, checksums::with)), "is missing"));
  tensor_record& t = doubled.tensors[0];
  t.type = dtype::i32;
  BOOST_TEST(contains(x.complaint(safetensors_bytes(doubled, checksums::with)), "is I32"));
}
BOOST_AUTO_TEST_CASE(a_step_that_is_no_number_is_refused) {
  listener x;
  BOOST_TEST(contains(x.complaint(with_step(nullptr)), "does not say its step"));
  for (const char* step : {"", "two", "2x", " 2", "-1", "2.5", "99999999999999999999"})
    BOOST_TEST(contains(x.complaint(with_step(step)), "its step is no number"), step);
}
BOOST_AUTO_TEST_CASE(a_missing_file_is_an_io_error) {
  started run("rope", 1, least_model, least_training);
  BOOST_CHECK_THROW(run.run.load("/nowhere/checkpoint"), io_error);
  BOOST_CHECK_THROW(run.run.save("/nowhere/checkpoint", {}), io_error);
}

BOOST_AUTO_TEST_SUITE_END()
