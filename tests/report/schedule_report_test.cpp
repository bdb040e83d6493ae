#include "sim/report/schedule_report.hpp"

#include "tests/support/catch.hpp"

using sim::parallel::make_schedule;
using sim::parallel::PassTimes;
using sim::parallel::ScheduleKind;
using sim::report::draw_schedule;
using sim::report::schedule_json;
using sim::report::schedule_list_text;
using sim::report::schedule_svg;
using sim::report::schedule_text;
using sim::report::ScheduleDrawing;

namespace {

ScheduleDrawing drawn(ScheduleKind kind, int pp, int vpp, int micro_batches, bool pairs = false) {
  return draw_schedule("it", kind, make_schedule(kind, pp, vpp, micro_batches, {}, pairs), PassTimes{}, 0, pairs);
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

std::string without_colors(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\033') {
      plain += text[i];
    } else {
      i = text.find('m', i);
    }
  }
  return plain;
}

}  // namespace

TEST_CASE("a row has every pass as wide as it is long, and dots where the stage waits") {
  // 1F1B of two stages, F = 1 and B = 2: stage 1 starts at 1 and alternates without a pause to 7; stage 0 has its
  // gradients from 4 and from 7 on and ends at 9. 23 columns less the margin of 5 are two a unit of time.
  const std::string text = schedule_text(drawn(ScheduleKind::one_f_one_b, 2, 1, 2), 23, false);
  CHECK_THAT(text, ContainsSubstring("\n  0  F0F1....B0  ..B1  \n  1  ..F0B0  F1B1  ....\n"));
  CHECK_THAT(text, ContainsSubstring("time         9, of which the busiest stage works 6"));
  CHECK_THAT(text, ContainsSubstring("bubble       3 = 33.3 % of the time"));
  CHECK_THAT(text, ContainsSubstring("closed form  (pp - 1)(F + B) = 3"));
  CHECK_THAT(text, ContainsSubstring("held         2 1 micro-batches, by stage"));
}

TEST_CASE("rows keep the width that they are given, also where a column holds many passes") {
  const int columns = GENERATE(20, 40, 79, 160), micro_batches = GENERATE(4, 64, 500);
  const std::string text = schedule_text(drawn(ScheduleKind::zb_h1, 4, 1, micro_batches), columns, false);
  std::size_t row = text.find("\n\n") + 2, first_length = 0;
  for (int stage = 0; stage < 4; ++stage) {
    const std::size_t end = text.find('\n', row);
    CHECK(end - row <= static_cast<std::size_t>(columns));
    if (stage == 0) first_length = end - row;
    CHECK(end - row == first_length);
    row = end + 1;
  }
}

TEST_CASE("colours add nothing but colours, and chunks above the first are in lower case") {
  const ScheduleDrawing drawing = drawn(ScheduleKind::interleaved, 4, 2, 8);
  const std::string plain = schedule_text(drawing, 120, false), colored = schedule_text(drawing, 120, true);
  CHECK(plain.find('\033') == std::string::npos);
  CHECK(colored.find('\033') != std::string::npos);
  CHECK(without_colors(colored) == plain);
  CHECK_THAT(plain, ContainsSubstring("F3f0"));  // the group of four goes on with the second chunk
}

TEST_CASE("a closed form outside its condition is named with it") {
  CHECK_THAT(schedule_text(drawn(ScheduleKind::dualpipe, 4, 1, 8), 160, false),
             ContainsSubstring("(pp/2 - 1)(F&B + B - 3 W), passes in pairs"));
  CHECK_THAT(schedule_text(drawn(ScheduleKind::dualpipe, 4, 1, 8, true), 160, false),
             ContainsSubstring("(pp/2 - 1)(F&B + B - 3 W) = 2"));
  const auto schedule = make_schedule(ScheduleKind::one_f_one_b, 4, 1, 8);
  CHECK_THAT(schedule_text(draw_schedule("it", ScheduleKind::one_f_one_b, schedule, {}, 0.5, false), 160, false),
             ContainsSubstring("(pp - 1)(F + B), without messages"));
}

TEST_CASE("the picture has one labelled block a pass, and text that cannot break it") {
  const ScheduleDrawing drawing = drawn(ScheduleKind::zb_v, 4, 2, 8);
  const std::string svg = schedule_svg(drawing);
  CHECK(count(svg, "</title></rect>") == 4 * 8 * 2 * 3);
  CHECK(count(svg, "class=\"task\"") == 4 * 8 * 2 * 3);  // all numbers fit
  CHECK(count(svg, "class=\"stage\"") == 4);
  CHECK_THAT(svg, ContainsSubstring("role=\"img\" aria-labelledby=\"title description\""));
  CHECK_THAT(svg, ContainsSubstring("<title>F0.0, stage 0: 0 to 0.5</title>"));
  const std::string odd =
      schedule_svg(draw_schedule("a<b & c", ScheduleKind::zb_v, drawing.schedule, PassTimes{}, 0, false));
  CHECK_THAT(odd, ContainsSubstring("a&lt;b &amp; c"));
  CHECK(odd.find("a<b") == std::string::npos);
}

TEST_CASE("passes that run as one lie above each other in the picture") {
  const std::string apart = schedule_svg(drawn(ScheduleKind::dualpipe, 4, 1, 8));
  const std::string paired = schedule_svg(drawn(ScheduleKind::dualpipe, 4, 1, 8, true));
  CHECK(count(apart, "height=\"14.5\"") == 0);
  const std::size_t halves = count(paired, "height=\"14.5\"");
  CHECK(halves > 0);
  CHECK(halves % 2 == 0);
}

TEST_CASE("the list has every kind but the file") {
  const std::string list = schedule_list_text();
  for (const std::string& name : sim::parallel::schedule_names()) {
    CAPTURE(name);
    CHECK((list.find("\n  " + name + " ") != std::string::npos) == (name != "file"));
  }
}
