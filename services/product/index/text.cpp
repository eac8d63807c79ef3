#include "services/product/index/text.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "platform/unicode/search_form.hpp"

namespace market::product::index {
namespace {

using unicode::Glyph;

// A stretch of glyphs of one kind.
struct Run {
  Glyph glyph;
  std::string_view text;
};

std::vector<Run> RunsOf(std::string_view form) {
  std::vector<Run> runs;
  for (std::size_t at = 0; at < form.size();) {
    const auto begin = at;
    const auto glyph = unicode::NextGlyph(form, at);
    // Signs run together only with their like: "C++," ends in a comma.
    const bool goes_on = !runs.empty() && runs.back().glyph == glyph &&
                         (glyph != Glyph::kOther || runs.back().text.back() == form[begin]);
    if (goes_on) {
      runs.back().text = {runs.back().text.data(), runs.back().text.size() + (at - begin)};
    } else {
      runs.push_back({glyph, form.substr(begin, at - begin)});
    }
  }
  return runs;
}

bool IsWordPart(const Run& run) { return run.glyph == Glyph::kLetter || run.glyph == Glyph::kDigit; }

// Parts are letters or a number; pieces are what stands between the signs.
struct Part {
  std::string text;
  Glyph glyph;
};
struct Chunk {
  std::vector<std::vector<Part>> pieces;
  std::string whole;
  std::string bare;     // only of a name with signs
  bool spaced = false;  // one space stands before it, and a word before that
  std::string_view unspaced;

  bool IsNumber() const {
    return pieces.size() == 1 && pieces[0].size() == 1 && pieces[0][0].glyph == Glyph::kDigit;
  }
  // "mm", "GB", "inch"
  bool IsUnit() const {
    constexpr std::size_t kBytesMax = 4;
    return bare.empty() && pieces.size() == 1 && pieces[0].size() == 1 &&
           pieces[0][0].glyph == Glyph::kLetter && whole.size() <= kBytesMax;
  }
};

class Chunker {
 public:
  explicit Chunker(std::string_view form) : runs_(RunsOf(form)) {}

  std::vector<Chunk> Chunks() {
    while (at_ < runs_.size()) {
      const auto& run = runs_[at_];
      if (run.glyph == Glyph::kUnspaced) {
        Chunk chunk;
        chunk.unspaced = run.text;
        chunks_.push_back(std::move(chunk));
        ++at_;
      } else if (IsWordPart(run)) {
        Take();
      } else {
        ++at_;
      }
    }
    return std::move(chunks_);
  }

 private:
  void Take() {
    Chunk chunk;
    chunk.spaced = at_ >= 2 && runs_[at_ - 1].text == " " && IsWordPart(runs_[at_ - 2]);
    const bool dotted = IsNameDot();
    chunk.pieces.emplace_back();
    AddPart(chunk);
    while (at_ < runs_.size()) {
      if (IsWordPart(runs_[at_])) {
        AddPart(chunk);
      } else if (!Connect(chunk)) {
        break;
      }
    }
    if (dotted) {
      chunk.bare = chunk.whole;
      chunk.whole.insert(0, 1, '.');
    } else if (at_ < runs_.size() && IsNameEnd(runs_[at_])) {
      chunk.bare = chunk.whole;
      chunk.whole += runs_[at_++].text;
    }
    chunks_.push_back(std::move(chunk));
  }

  void AddPart(Chunk& chunk) {
    const auto& run = runs_[at_++];
    chunk.whole += run.text;
    chunk.pieces.back().push_back({std::string(run.text), run.glyph});
  }

  // ".net": a dot that no word and no sign stands before.
  bool IsNameDot() const {
    return at_ >= 1 && runs_[at_].glyph == Glyph::kLetter && runs_[at_ - 1].text == "." &&
           (at_ == 1 || runs_[at_ - 2].glyph == Glyph::kSpace);
  }

  static bool IsNameEnd(const Run& run) { return run.text == "+" || run.text == "++" || run.text == "#"; }

  // A sign between two parts of one word: joins them and gives true.
  bool Connect(Chunk& chunk) {
    if (at_ + 1 >= runs_.size() || !IsWordPart(runs_[at_ + 1])) return false;
    const auto sign = runs_[at_].text;
    const auto next = runs_[at_ + 1].glyph;
    const bool numbers = chunk.pieces.back().back().glyph == Glyph::kDigit && next == Glyph::kDigit;
    if (numbers && (sign == "." || sign == "," || sign == "/" || sign == ":")) {
      const std::string kept(sign == "," ? "." : sign);
      auto& number = chunk.pieces.back().back().text;
      number += kept;
      number += runs_[at_ + 1].text;
      chunk.whole += kept;
      chunk.whole += runs_[at_ + 1].text;
      at_ += 2;
      return true;
    }
    if (sign == "&" || (numbers && sign == "-")) {
      chunk.whole += sign;
    } else if (sign != "." && sign != "/" && sign != "-" && sign != "'" && sign != "’" && sign != "_" &&
               sign != "+" && sign != "·" && sign != "*" && sign != "×") {
      return false;
    }
    ++at_;
    chunk.pieces.emplace_back();
    return true;
  }

  std::vector<Run> runs_;
  std::size_t at_ = 0;
  std::vector<Chunk> chunks_;
};

void Cut(std::string& term) {
  if (term.size() <= kTermBytesMax) return;
  auto end = kTermBytesMax;
  while ((static_cast<unsigned char>(term[end]) & 0xc0) == 0x80) --end;
  term.resize(end);
}

std::string TextOf(const std::vector<Part>& piece) {
  std::string text;
  for (const auto& part : piece) text += part.text;
  return text;
}

// Pairs of the letters of `text`, and the letters; a single letter is there in any case.
enum class Grams { kPairs, kLettersToo };

std::vector<std::string> GramsOf(std::string_view text, Grams grams_of) {
  std::vector<std::string_view> letters;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    unicode::NextGlyph(text, at);
    letters.push_back(text.substr(begin, at - begin));
  }
  std::vector<std::string> grams;
  const auto add = [&](std::string_view first, std::string_view second) {
    grams.push_back(kGramMark + std::string(first) + std::string(second));
  };
  if (grams_of == Grams::kLettersToo || letters.size() == 1) {
    for (const auto letter : letters) add(letter, "");
  }
  for (std::size_t i = 1; i < letters.size(); ++i) add(letters[i - 1], letters[i]);
  return grams;
}

void AddTerms(const Chunk& chunk, std::vector<std::string>& terms) {
  if (!chunk.unspaced.empty()) {
    for (const auto word : unicode::UnspacedWords(chunk.unspaced)) terms.emplace_back(word);
    std::ranges::move(GramsOf(chunk.unspaced, Grams::kLettersToo), std::back_inserter(terms));
    return;
  }
  terms.push_back(chunk.whole);
  if (!chunk.bare.empty()) terms.push_back(chunk.bare);
  for (const auto& piece : chunk.pieces) {
    if (chunk.pieces.size() > 1) terms.push_back(TextOf(piece));
    if (piece.size() == 1) continue;
    for (const auto& part : piece) terms.push_back(part.text);
  }
}

std::vector<std::string> Distinct(std::vector<std::string> terms) {
  std::ranges::for_each(terms, Cut);
  std::ranges::sort(terms);
  const auto again = std::ranges::unique(terms);
  terms.erase(again.begin(), again.end());
  return terms;
}

enum class Typed { kMaybeWrong, kAsMeant };

Word Simple(std::string text, Typed typed) {
  Cut(text);
  return {.whole = std::move(text), .may_be_mistyped = typed == Typed::kMaybeWrong};
}

// Letters beside a number are no word that anybody mistypes: a model, a unit.
Word PieceOf(const std::vector<Part>& piece) {
  const bool letters = piece.size() == 1 && piece[0].glyph == Glyph::kLetter;
  Word word = Simple(TextOf(piece), letters ? Typed::kMaybeWrong : Typed::kAsMeant);
  if (piece.size() == 1) return word;
  word.size = piece.size();
  for (const auto& part : piece) word.pieces.push_back(Simple(part.text, Typed::kAsMeant));
  return word;
}

Word WordOf(const Chunk& chunk) {
  Word word = PieceOf(chunk.pieces[0]);
  if (chunk.pieces.size() > 1) {
    word = {.size = 0};
    for (const auto& piece : chunk.pieces) {
      word.pieces.push_back(PieceOf(piece));
      word.size += word.pieces.back().size;
    }
  }
  word.whole = chunk.whole;
  Cut(word.whole);
  word.bare = chunk.bare;
  return word;
}

void AddWords(const Chunk& chunk, std::vector<Word>& words) {
  if (chunk.unspaced.empty()) {
    words.push_back(WordOf(chunk));
    return;
  }
  for (const auto part : unicode::UnspacedWords(chunk.unspaced)) {
    if (words.size() == kWordsMax) return;
    Word word = Simple(std::string(part), Typed::kMaybeWrong);
    word.grams = GramsOf(part, Grams::kPairs);
    words.push_back(std::move(word));
  }
}

}  // namespace

std::vector<std::string> TermsOf(std::string_view text) {
  const auto form = unicode::SearchForm(text);
  const auto chunks = Chunker(form).Chunks();
  std::vector<std::string> terms;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    AddTerms(chunks[i], terms);
    if (i > 0 && chunks[i].spaced && chunks[i - 1].IsNumber() && chunks[i].IsUnit()) {
      terms.push_back(chunks[i - 1].whole + chunks[i].whole);
    }
  }
  return Distinct(std::move(terms));
}

std::vector<std::string> TermsOfSku(std::string_view sku) {
  const auto form = unicode::SearchForm(sku);
  std::vector<std::string> terms;
  for (auto& chunk : Chunker(form).Chunks()) terms.push_back(std::move(chunk.whole));
  return Distinct(std::move(terms));
}

std::vector<Word> WordsOf(std::string_view query) {
  const auto form = unicode::SearchForm(query);
  const auto chunks = Chunker(form).Chunks();
  std::vector<Word> words;
  for (std::size_t i = 0; i < chunks.size() && words.size() < kWordsMax; ++i) {
    if (i > 0 && chunks[i].spaced && chunks[i - 1].IsNumber() && chunks[i].IsUnit()) {
      Word number = std::move(words.back());
      Word unit = WordOf(chunks[i]);
      words.back() = {.whole = number.whole + unit.whole, .size = 2};
      Cut(words.back().whole);
      words.back().pieces = {std::move(number), std::move(unit)};
    } else {
      AddWords(chunks[i], words);
    }
  }
  return words;
}

namespace {

constexpr std::size_t kBeginningLetters = 3;

std::string_view FirstLetters(std::string_view word, std::size_t letters) {
  std::size_t at = 0;
  for (; letters > 0 && at < word.size(); --letters) unicode::NextGlyph(word, at);
  return word.substr(0, at);
}

std::uint64_t BitOf(std::string_view beginning) {
  constexpr std::size_t kBits = 64;
  return std::uint64_t{1} << (std::hash<std::string_view>{}(beginning) % kBits);
}

std::uint64_t BeginningsOf(const Word& word) {
  std::uint64_t bits = 0;
  for (std::size_t letters = 1; letters <= kBeginningLetters; ++letters)
    bits |= BitOf(FirstLetters(word.whole, letters));
  for (const auto& piece : word.pieces) bits |= BeginningsOf(piece);
  return bits;
}

}  // namespace

std::uint64_t BeginningOf(std::string_view word) { return BitOf(FirstLetters(word, kBeginningLetters)); }

std::uint64_t BeginningsIn(std::string_view title) {
  std::uint64_t bits = 0;
  for (const auto& word : WordsOf(title)) bits |= BeginningsOf(word);
  return bits;
}

std::uint64_t TitleHash(std::string_view text) {
  const auto form = unicode::SearchForm(text);
  std::string kept;
  for (std::size_t at = 0; at < form.size();) {
    const auto begin = at;
    const auto glyph = unicode::NextGlyph(form, at);
    const auto sign = form[begin];
    if (glyph == Glyph::kSpace || (glyph == Glyph::kOther && sign != '+' && sign != '#')) continue;
    kept.append(form, begin, at - begin);
  }
  return kept.empty() ? 0 : std::hash<std::string>{}(kept) | 1;
}

}  // namespace market::product::index
