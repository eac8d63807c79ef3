#include "platform/rpc/pattern.hpp"

#include <array>
#include <charconv>
#include <stdexcept>
#include <string>

namespace market::rpc {

// Builds Thompson's automaton: every piece is a program of its own with relative jumps, so that pieces are
// joined by appending and repeated by copying.
class Pattern::Compiler {
 public:
  Compiler(std::string_view text, std::vector<Set>& sets) : text_(text), sets_(sets) {}

  Program Run() {
    Program program = Alternatives();
    if (at_ < text_.size()) Refuse("an unmatched )");
    program.push_back({Instruction::Kind::kMatch});
    Limit(program);
    return program;
  }

 private:
  using Kind = Instruction::Kind;

  [[noreturn]] void Refuse(std::string_view what) const {
    throw std::invalid_argument("pattern \"" + std::string(text_) + "\" at " + std::to_string(at_) + ": " +
                                std::string(what));
  }

  static void Append(Program& program, const Program& more) {
    program.insert(program.end(), more.begin(), more.end());
  }

  void Limit(const Program& program) const {
    if (program.size() > kSizeMax) Refuse("it is too large");
  }

  bool Take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  char Next() {
    if (at_ == text_.size()) Refuse("it ends too early");
    return text_[at_++];
  }

  Program Alternatives() {
    Program first = Sequence();
    if (!Take('|')) return first;
    const Program second = Alternatives();
    Program both = {{Kind::kSplit, static_cast<std::int32_t>(first.size()) + 2}};
    Append(both, first);
    both.push_back({Kind::kJump, static_cast<std::int32_t>(second.size()) + 1});
    Append(both, second);
    Limit(both);
    return both;
  }

  Program Sequence() {
    Program program;
    while (at_ < text_.size() && text_[at_] != '|' && text_[at_] != ')') {
      Append(program, Quantified(Atom()));
      Limit(program);
    }
    return program;
  }

  static Program Optional(const Program& piece) {
    Program program = {{Kind::kSplit, static_cast<std::int32_t>(piece.size()) + 1}};
    Append(program, piece);
    return program;
  }

  static Program Star(const Program& piece) {
    Program program = {{Kind::kSplit, static_cast<std::int32_t>(piece.size()) + 2}};
    Append(program, piece);
    program.push_back({Kind::kJump, -static_cast<std::int32_t>(piece.size()) - 1});
    return program;
  }

  Program Quantified(const Program& piece) {
    if (Take('?')) return Optional(piece);
    if (Take('*')) return Star(piece);
    if (Take('+')) {
      Program program = piece;
      Append(program, Star(piece));
      return program;
    }
    if (!Take('{')) return piece;
    const unsigned least = Number();
    Program program;
    for (unsigned i = 0; i < least; ++i) AppendLimited(program, piece);
    if (Take('}')) return program;
    if (!Take(',')) Refuse("a bad {");
    if (Take('}')) {
      Append(program, Star(piece));
      return program;
    }
    const unsigned most = Number();
    if (!Take('}') || most < least) Refuse("a bad {");
    Program rest;
    for (unsigned i = least; i < most; ++i) {
      Program longer = piece;
      AppendLimited(longer, rest);
      rest = Optional(longer);
    }
    Append(program, rest);
    return program;
  }

  void AppendLimited(Program& program, const Program& piece) {
    Append(program, piece);
    Limit(program);
  }

  unsigned Number() {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
    if (error != std::errc() || number > kSizeMax) Refuse("a bad number");
    at_ = static_cast<std::size_t>(end - text_.data());
    return number;
  }

  Program Atom() {
    const char c = Next();
    switch (c) {
      case '(': {
        if (Take('?') && !Take(':')) Refuse("a group that is not plain or (?:");
        Program group = Alternatives();
        if (!Take(')')) Refuse("an open (");
        return group;
      }
      case '[':
        return Single(Class());
      case '.': {
        Set any{.others = true};
        any.ascii.set().reset('\n').reset('\r');
        return Single(any);
      }
      case '\\':
        return Single(Escape());
      case '^':
      case '$':
      case '*':
      case '+':
      case '?':
      case '{':
        Refuse("a special character without meaning here");
      default:
        return Single(Literal(c));
    }
  }

  Program Single(const Set& set) {
    sets_.push_back(set);
    return {{Kind::kSet, static_cast<std::int32_t>(sets_.size()) - 1}};
  }

  Set Literal(char c) const {
    if (static_cast<unsigned char>(c) > 127) Refuse("a character that is not ASCII");
    Set set;
    set.ascii.set(static_cast<std::size_t>(c));
    return set;
  }

  static Set Range(char from, char to) {
    Set set;
    for (int c = from; c <= to; ++c) set.ascii.set(static_cast<std::size_t>(c));
    return set;
  }

  Set Escape() {
    const char c = Next();
    switch (c) {
      case 'd':
        return Range('0', '9');
      case 'w': {
        Set set = Range('a', 'z');
        set.ascii |= Range('A', 'Z').ascii | Range('0', '9').ascii | Range('_', '_').ascii;
        return set;
      }
      case 's': {
        Set set = Range('\t', '\r');
        set.ascii.set(' ');
        return set;
      }
      case 'n':
        return Literal('\n');
      case 't':
        return Literal('\t');
      default:
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
          Refuse("an unknown escape");
        return Literal(c);
    }
  }

  Set Class() {
    const bool negated = Take('^');
    Set set;
    bool first = true;
    while (first || !Take(']')) {
      first = false;
      const char c = Next();
      if (c == '\\') {
        set.ascii |= Escape().ascii;
      } else if (at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']') {
        ++at_;
        const char to = Next();
        if (static_cast<unsigned char>(c) > 127 || static_cast<unsigned char>(to) > 127 || to < c)
          Refuse("a bad range");
        set.ascii |= Range(c, to).ascii;
      } else {
        set.ascii |= Literal(c).ascii;
      }
    }
    if (negated) {
      set.ascii.flip();
      set.others = true;
    }
    return set;
  }

  const std::string_view text_;
  std::vector<Set>& sets_;
  std::size_t at_ = 0;
};

// The instructions that may run next, each once.
struct Pattern::Threads {
  std::array<std::uint16_t, kSizeMax> places;
  std::size_t size = 0;
  std::bitset<kSizeMax> seen;
  bool matched = false;

  void Clear() {
    size = 0;
    seen.reset();
    matched = false;
  }
};

Pattern::Pattern(std::string_view expression) { program_ = Compiler(expression, sets_).Run(); }

void Pattern::Follow(Threads& threads, std::uint16_t start) const {
  std::array<std::uint16_t, kSizeMax> pending;
  std::size_t waiting = 0;
  const auto push = [&](std::size_t at) {
    if (threads.seen.test(at)) return;
    threads.seen.set(at);
    pending[waiting++] = static_cast<std::uint16_t>(at);
  };
  push(start);
  while (waiting > 0) {
    const std::uint16_t at = pending[--waiting];
    const auto& instruction = program_[at];
    switch (instruction.kind) {
      case Instruction::Kind::kSet:
        threads.places[threads.size++] = at;
        break;
      case Instruction::Kind::kMatch:
        threads.matched = true;
        break;
      case Instruction::Kind::kJump:
        push(static_cast<std::size_t>(at + instruction.to));
        break;
      case Instruction::Kind::kSplit:
        push(at + std::size_t{1});
        push(static_cast<std::size_t>(at + instruction.to));
        break;
    }
  }
}

bool Pattern::Matches(std::string_view text) const {
  std::array<Threads, 2> threads;
  Threads* now = &threads[0];
  Threads* next = &threads[1];
  Follow(*now, 0);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) == 0x80) continue;  // the rest of a code point that was matched at its first byte
    next->Clear();
    for (std::size_t i = 0; i < now->size; ++i) {
      const auto at = now->places[i];
      const Set& set = sets_[static_cast<std::size_t>(program_[at].to)];
      if (byte < 128 ? set.ascii.test(byte) : set.others) Follow(*next, static_cast<std::uint16_t>(at + 1));
    }
    if (next->size == 0 && !next->matched) return false;
    std::swap(now, next);
  }
  return now->matched;
}

}  // namespace market::rpc
