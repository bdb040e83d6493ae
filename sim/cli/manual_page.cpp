#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "sim/base/version.hpp"
#include "sim/cli/grammar.hpp"

namespace sim::cli {
namespace {

constexpr const char* kExitStatus = R"(.SH "EXIT STATUS"
.TP
.B 0
done
.TP
.B 1
a bug of simulate itself
.TP
.B 2
input that is malformed, unknown, contradictory or unreadable; wrong usage; output that cannot be written
.TP
.B 3
well-formed but impossible: does not divide, does not fit, forbidden by an export rule
.TP
.B 4
\-\-fail\-if holds; the answer was printed
.TP
.BR 130 ", " 143
ended by Ctrl\-C or kill; a file that was being written is as it was before
)";

constexpr const char* kEnvironment = R"(.SH ENVIRONMENT
.TP
.B SIM_DATA_DIR
the folder that holds catalog/ and topologies/ (default: beside the program)
.TP
.B NO_COLOR
no colours
)";

// A minus is a hyphen for roff unless it says otherwise, and a line must not begin as a request does.
std::string escaped(const std::string& text) {
  std::string result;
  bool begins = true;
  for (const char c : text) {
    if (begins && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
    begins = c == '\n';
  }
  return result;
}

std::string upper_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::string parameter_entry(const Parameter& parameter) {
  std::string names;
  for (const std::string& name : parameter.names) {
    names += (names.empty() ? "" : ", ") + std::string("\\fB") + escaped(name) + "\\fR";
  }
  if (!parameter.value.empty() && parameter.names.front().front() == '-') {
    names += " \\fI" + escaped(parameter.value) + "\\fR";
  }
  return ".TP\n" + names + "\n" + escaped(parameter.description) + "\n";
}

std::string entries(const std::string& title, const std::vector<Parameter>& parameters) {
  if (parameters.empty()) return "";
  std::string text = ".SH " + title + "\n";
  for (const Parameter& parameter : parameters) text += parameter_entry(parameter);
  return text;
}

// "simulate run [OPTIONS] FILE.yaml".
std::string synopsis(const Command& command) {
  std::string text = "\\fBsimulate " + escaped(command.name) + "\\fR [\\fIOPTIONS\\fR]";
  for (const Parameter& positional : command.positionals) {
    const bool has_own_name = positional.value.empty() || positional.value == "TEXT";
    const std::string name = escaped(has_own_name ? upper_case(positional.names.front()) : positional.value) +
                             (positional.is_repeated ? "..." : "");
    text += positional.is_required ? " \\fI" + name + "\\fR" : " [\\fI" + name + "\\fR]";
  }
  return text + "\n";
}

std::string head(const std::string& page, const std::string& description) {
  return fmt::format(".TH {} 1 \"\" \"simulate {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n",
                     escaped(upper_case(page)), kVersion, escaped(page), escaped(description));
}

// "simulate-run (1), simulate-plan (1)".
std::string other_pages(const std::vector<Command>& commands) {
  std::string text;
  for (const Command& command : commands) {
    text += (text.empty() ? "" : ",\n") + (".BR simulate\\-" + escaped(page_name(command)) + " (1)");
  }
  return text + "\n";
}

std::string program_page(const Grammar& grammar) {
  const std::string& description = grammar.program.description;
  std::string text =
      head("simulate", "how long a training run takes on a fleet of accelerators, and what holds it back");
  text += "\\fBsimulate\\fR \\fIFILE.yaml\\fR\n.br\n\\fBsimulate\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR] ...\n";
  text += ".SH DESCRIPTION\n" + escaped(first_line(description)) + "\n.PP\n";
  text += "A file alone is short for \\fBsimulate run\\fR; \\fB\\-\\fR reads standard input.\n";
  const std::size_t examples = description.find("Examples:\n");
  if (examples != std::string::npos) {
    text += ".SH EXAMPLES\n.nf\n" + escaped(description.substr(description.find('\n', examples) + 1)) + ".fi\n";
  }
  text += ".SH COMMANDS\n";
  for (const Command& command : with_parts(grammar)) {
    text += ".TP\n\\fB" + escaped(command.name) + "\\fR\n" + escaped(command.description) + "\n";
  }
  return text + entries("OPTIONS", grammar.program.options) + kExitStatus + kEnvironment;
}

}  // namespace

std::string manual_page(const Grammar& grammar, const Command& command) {
  std::string text;
  if (command.name == grammar.program.name) {
    text = program_page(grammar) + ".SH \"SEE ALSO\"\n";
    return text + other_pages(with_parts(grammar));
  }
  text = head("simulate-" + page_name(command), command.description) + synopsis(command);
  text += ".SH DESCRIPTION\n" + escaped(command.description) + "\n";
  text += entries("ARGUMENTS", command.positionals) + entries("OPTIONS", command.options) +
          entries("\"COMMON OPTIONS\"", grammar.program.options);
  text += kExitStatus + std::string(".SH \"SEE ALSO\"\n.BR simulate (1)");
  return text + (command.parts.empty() ? "\n" : ",\n" + other_pages(command.parts));
}

}  // namespace sim::cli
