#include <filesystem>
#include <fstream>
#include <random>

#include "sim/base/error.hpp"
#include "sim/config/catalog.hpp"
#include "tests/support/catch.hpp"

using namespace sim;
using namespace sim::config;
using hardware::Chip;
using hardware::Format;

namespace {

namespace fs = std::filesystem;

/// A folder for one test, gone after it.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("catalog_test_" + std::to_string(std::random_device{}()))) {
    fs::create_directory(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }

 private:
  fs::path path_;
};

std::string error_of_chip(const std::string& id) {
  try {
    (void)load_chip(id);
  } catch (const InputError& error) {
    CHECK(error.exit_code() == ExitCode::bad_input);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a part that is like another keeps what it does not change, with its source") {
  const Chip h100 = load_chip("H100-SXM5-80GB"), h800 = load_chip("H800-SXM5-80GB");
  CHECK(h800.id == "H800-SXM5-80GB");
  CHECK(h800.peak.at(Format::bf16).value == h100.peak.at(Format::bf16).value);
  CHECK(h800.peak.at(Format::bf16).source == h100.peak.at(Format::bf16).source);
  CHECK(h800.peak.at(Format::fp64).value == teraflops(1));
  CHECK(h800.scale_up->wire_rate.value == gigabytes_per_second(200));
  CHECK(h800.scale_up->wire_rate.source != h100.scale_up->wire_rate.source);
  CHECK(h800.kernels == h100.kernels);
}

TEST_CASE("a number that a described part changes does not inherit the source of the old one") {
  const Folder folder;
  const Chip chip = load_chip(folder.write("mine.yaml",
                                           "like: H20-SXM-96GB\n"
                                           "id: Mine\n"
                                           "memory_bandwidth: 5 TB/s\n"
                                           "usual_nic: {value: 800 Gb/s}\n"));
  CHECK(chip.id == "Mine");
  CHECK(chip.memory_bandwidth->value == gigabytes_per_second(5000));
  CHECK(chip.memory_bandwidth->origin == Origin::assumed);
  CHECK(chip.memory_bandwidth->source.empty());
  CHECK(chip.usual_nic->value == gigabytes_per_second(100));  // 800 Gb/s / 8
  CHECK(chip.usual_nic->source.empty());                      // the H20's own says where it was seen
  CHECK(chip.memory_capacity->origin == Origin::datasheet);
  CHECK(chip.memory_capacity->source == load_chip("H20-SXM-96GB").memory_capacity->source);
}

TEST_CASE("the defaults of a file reach its own numbers and not those of the file that it is like") {
  const Folder folder;
  folder.write("base.yaml",
               "like: A100-SXM4-80GB\nid: Base\ndefault_kind: measured\ndefault_source: bench\ncache: 50 MB\n");
  const Chip chip = load_chip(folder.write("top.yaml",
                                           "like: ./base.yaml\n"
                                           "id: Top\n"
                                           "default_kind: fitted\n"
                                           "default_source: fit\n"
                                           "default_relative_error: 0.25\n"
                                           "power: 300 W\n"));
  CHECK(chip.power->origin == Origin::fitted);
  CHECK(chip.power->source == "fit");
  CHECK(chip.power->relative_error == 0.25);
  CHECK(chip.cache->origin == Origin::measured);
  CHECK(chip.cache->source == "bench");
  CHECK(chip.cache->relative_error == 0);
  CHECK(chip.memory_bandwidth->origin == Origin::datasheet);
}

TEST_CASE("files that are like each other in a circle are refused at the key that closes it") {
  const Folder folder;
  const std::string first = folder.write("first.yaml", "id: First\nlike: ./second.yaml\n");
  folder.write("second.yaml", "id: Second\nlike: ./first.yaml\n");
  CHECK_THAT(error_of_chip(first),
             ContainsSubstring("second.yaml:2:7: error: like: files refer to each other in a circle"));
  const std::string alone = folder.write("alone.yaml", "id: Alone\nlike: ./alone.yaml\n");
  CHECK_THAT(error_of_chip(alone),
             ContainsSubstring("alone.yaml:2:7: error: like: files refer to each other in a circle"));
}

TEST_CASE("mistakes at the head of a file are reported at their place") {
  struct Case {
    const char* text;
    const char* error;
  };
  const auto item = GENERATE(values<Case>({
      {"like: H100-SXM5-80G\n", ":1:7: error: like: there is no chip named H100-SXM5-80G"},
      {"like: [H100-SXM5-80GB]\n", ":1:7: error: like: expected"},
      {"like: A100-SXM4-80GB\ndefault_kind: guess\n", ":2:15: error: default_kind: "},
      {"like: A100-SXM4-80GB\ndefault_sauce: x\n",
       ":2:1: error: default_sauce: unknown key; did you mean default_source?"},
      {"like: A100-SXM4-80GB\nmemory: 80 GB\n", ":2:1: error: memory: unknown key"},
      {"like: A100-SXM4-80GB\nscale_up: {link: nvlink3, links: 4, wire_rate: 800}\n", "scale_up.wire_rate: "},
  }));
  CAPTURE(item.text);
  const Folder folder;
  CHECK_THAT(error_of_chip(folder.write("bad.yaml", item.text)), ContainsSubstring(item.error));
}

TEST_CASE("ids are found in any case; unknown ones get the nearest name or the command that lists them") {
  CHECK(load_chip("h100-sxm5-80gb").id == "H100-SXM5-80GB");
  CHECK_THAT(error_of_chip("H100-SXM5-80GBB"), ContainsSubstring("did you mean h100-sxm5-80gb?"));
  CHECK_THAT(error_of_chip("zzzzzzzzzzzz"), ContainsSubstring("`simulate chips` lists them"));
  CHECK_THAT(error_of_chip("./no/such/file.yaml"), ContainsSubstring("there is no chip file ./no/such/file.yaml"));
  CHECK_THROWS_AS(load_link("nvlink9"), InputError);
  CHECK_THROWS_AS(load_software("megatron"), InputError);
  CHECK_THROWS_AS(load_library("nccl-9"), InputError);
}

TEST_CASE("a collective library lays its constants over those of a link, with its own source") {
  const Folder folder;
  const std::string library =
      folder.write("mine.yaml",
                   "id: mine\ndate: \"2030-01\"\ndefault_kind: measured\ndefault_source: my log\n"
                   "links: {nvlink3: {ring_start: 30 us, floor: 40 us}}\n");
  CHECK(load_library(library).id == "mine");
  const hardware::LinkGeneration plain = load_link("nvlink3"), mine = load_link("nvlink3", Constants::fitted, library),
                                 other = load_link("nvlink4", Constants::fitted, library);
  CHECK_THAT(mine.ring_start.value.value(), WithinRel(30e-6, 1e-12));
  CHECK(mine.ring_start.source == "my log");
  CHECK_THAT(mine.floor.value.value(), WithinRel(40e-6, 1e-12));
  CHECK(mine.ring_step.value == plain.ring_step.value);
  CHECK(mine.ring_step.source == plain.ring_step.source);
  CHECK(mine.in_step_share.value == plain.in_step_share.value);
  CHECK(other.ring_start.value == load_link("nvlink4").ring_start.value);
  // What is like a generation takes the constants of its age, and keeps its own.
  const std::string link = folder.write("link.yaml", "id: half\nlike: nvlink3\nfloor: 50 us\n");
  const hardware::LinkGeneration half = load_link(link, Constants::fitted, library);
  CHECK_THAT(half.ring_start.value.value(), WithinRel(30e-6, 1e-12));
  CHECK_THAT(half.floor.value.value(), WithinRel(50e-6, 1e-12));
}

TEST_CASE("mistakes of a collective library are told with their place") {
  struct Case {
    const char* text;
    const char* error;
  };
  const auto item = GENERATE(values<Case>({
      {"links: {nvlink9: {ring_start: 30 us}}\n", "mine.yaml:3:9: error: links: there is no link named nvlink9"},
      {"links: {nvlink3: {ring_begin: 30 us}}\n", "mine.yaml:3:19: error: ring_begin"},
      {"links: {nvlink3: {ring_start: 30 B}}\n", "ring_start"},
      {"links: {nvlink3: {quick_message: 1 kB}}\n", "messages up to quick_message need a rate"},
      {"links: [nvlink3]\n", "links: must name link generations"},
      {"like: nccl-2.20\n", "like: not known in this file"},
      {"link: {}\n", "link"},
  }));
  CAPTURE(item.text);
  const Folder folder;
  const std::string file = folder.write("mine.yaml", std::string("id: mine\ndate: \"2030-01\"\n") + item.text);
  std::string error = "accepted";
  try {
    (void)load_library(file);
  } catch (const InputError& thrown) {
    error = thrown.what();
  }
  CHECK_THAT(error, ContainsSubstring(item.error));
}

TEST_CASE("every training stack of the published records has the preset of its date") {
  struct Case {
    const char* stack;
    int year;
    const char* preset;
  };
  const auto item = GENERATE(values<Case>({
      {"megatron-lm", 2019, "megatron-2019"},
      {"megatron-lm", 2020, "megatron-2021"},
      {"megatron-lm", 2021, "megatron-2021"},
      {"megatron-lm", 2022, "megatron-2022"},
      {"megatron-lm", 2023, "megatron-2022"},
      {"megatron-lm", 2024, "transformer-engine-2023"},
      {"megatron-core", 2025, "megatron-core-2025"},
      {"megatron-bridge", 2025, "megatron-core-2025"},
      {"megatron-swift", 2025, "megatron-core-2025"},
      {"nemo", 2024, "transformer-engine-2023"},
      {"nemo", 2025, "megatron-core-2025"},
      {"nemo-mlperf", 2023, "transformer-engine-2023"},
      {"nemo-mlperf", 2024, "transformer-engine-2023"},
      {"deepspeed", 2021, "deepspeed-2021"},
      {"megatron-deepspeed", 2021, "deepspeed-2021"},
      {"megatron-deepspeed", 2022, "megatron-deepspeed-2022"},
      {"megatron-deepspeed", 2023, "megatron-deepspeed-2022"},
      {"composer-fsdp", 2023, "fsdp-2023"},
      {"pytorch-ddp", 2023, "fsdp-2023"},
      {"gpt-flash-attn", 2022, "flash-attention-2022"},
      {"gpt-neox", 2022, "gpt-neox-2022"},
      {"oneflow", 2021, "oneflow-2021"},
      {"internevo", 2024, "internevo-2024"},
      {"mindspeed", 2024, "mindspeed-2024"},
      {"maxtext", 2023, "maxtext-2023"},
      {"torchtitan", 2024, "torchtitan-2024"},
      {"torchtitan", 2025, "torchtitan-2024"},
      {"nanotron", 2025, "nanotron-2025"},
  }));
  CAPTURE(item.stack, item.year);
  CHECK(software_for_stack(item.stack, item.year).id == item.preset);
}

TEST_CASE("a known stack outside its years keeps its nearest preset") {
  CHECK(software_for_stack("composer-fsdp", 2026).id == "fsdp-2023");
  CHECK(software_for_stack("maxtext", 2019).id == "maxtext-2023");
  CHECK(software_for_stack("megatron-lm", 0).id == "megatron-core-2025");  // no year: the latest
}

TEST_CASE("a stack that no preset names gets the preset for any stack of its time") {
  CHECK(software_for_stack("?", 0).id == "megatron-core-2025");
  CHECK(software_for_stack("home-made", 2021).id == "megatron-2021");
  CHECK(software_for_stack("home-made", 2024).id == "transformer-engine-2023");
  CHECK_THROWS_AS(software_for_stack("home-made", 2015), InputError);
}
