#include "platform/documents/canvas.hpp"

#include <cairo-pdf.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <stdexcept>

namespace market::documents {
namespace {

// The families that packages.txt names; what they do not have fontconfig finds elsewhere.
constexpr const char* kFamilies = "Noto Sans, Noto Sans CJK SC, Noto Sans Arabic, Droid Sans Fallback";

cairo_status_t Append(void* file, const unsigned char* bytes, unsigned int size) {
  static_cast<std::string*>(file)->append(reinterpret_cast<const char*>(bytes), size);
  return CAIRO_STATUS_SUCCESS;
}

// ISO 8601, in UTC.
std::string IsoOf(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(seconds);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(seconds - day);
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text;
}

}  // namespace

Canvas::Canvas(const About& about, std::string_view language) {
  surface_.reset(cairo_pdf_surface_create_for_stream(Append, &file_, kPageWidth, kPageHeight));
  const auto made = IsoOf(about.made_at);
  cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE, about.title.c_str());
  cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_AUTHOR, about.author.c_str());
  cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATOR, "Marketplace");
  cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATE_DATE, made.c_str());
  cairo_.reset(cairo_create(surface_.get()));
  layout_.reset(pango_cairo_create_layout(cairo_.get()));
  auto* context = pango_layout_get_context(layout_.get());
  pango_context_set_language(context, pango_language_from_string(std::string(language).c_str()));
  // As on paper, whatever a screen would like: no hinting, no rounding of widths to pixels.
  auto* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(context, options);
  pango_cairo_context_set_resolution(context, 72);  // a point is a point
  pango_context_set_round_glyph_positions(context, FALSE);
  cairo_font_options_destroy(options);
  Check();
}

void Canvas::Set(std::string_view text, double width, const TextStyle& style) {
  auto* layout = layout_.get();
  auto* font = pango_font_description_from_string(kFamilies);
  pango_font_description_set_weight(font, style.bold ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
  pango_layout_set_font_description(layout, font);
  pango_font_description_free(font);
  pango_layout_set_width(layout, static_cast<int>(std::lround(width * PANGO_SCALE)));
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  // A name in Arabic runs from right to left, and still stands where names stand.
  pango_layout_set_auto_dir(layout, FALSE);
  pango_layout_set_alignment(layout, style.align == Align::kRight ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  pango_layout_set_line_spacing(layout, 1.0F);
  SetText(text);
  if (pango_layout_get_unknown_glyphs_count(layout) > 0) SetText(Drawable(text));
}

void Canvas::SetText(std::string_view text) {
  pango_layout_set_text(layout_.get(), text.data(), static_cast<int>(text.size()));
}

std::string Canvas::Drawable(std::string_view text) {
  std::string drawable;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end;) {
    const char* next = std::min(static_cast<const char*>(g_utf8_next_char(at)), end);
    const std::string_view character(at, static_cast<std::size_t>(next - at));
    SetText(character);
    if (pango_layout_get_unknown_glyphs_count(layout_.get()) == 0) drawable += character;
    at = next;
  }
  return drawable;
}

double Canvas::HeightOf(std::string_view text, double width, const TextStyle& style) {
  Set(text, width, style);
  PangoRectangle extents;
  pango_layout_get_extents(layout_.get(), nullptr, &extents);
  return static_cast<double>(extents.height) / PANGO_SCALE;
}

double Canvas::Write(std::string_view text, double x, double y, double width, const TextStyle& style) {
  const auto height = HeightOf(text, width, style);
  cairo_set_source_rgb(cairo_.get(), style.color.red, style.color.green, style.color.blue);
  cairo_move_to(cairo_.get(), x, y);
  pango_cairo_show_layout(cairo_.get(), layout_.get());
  return height;
}

void Canvas::Line(double x, double y, double width, double thickness, const Color& color) {
  Box(x, y - thickness / 2, width, thickness, color);
}

void Canvas::Box(double x, double y, double width, double height, const Color& color) {
  cairo_set_source_rgb(cairo_.get(), color.red, color.green, color.blue);
  cairo_rectangle(cairo_.get(), x, y, width, height);
  cairo_fill(cairo_.get());
}

void Canvas::EndPage() { cairo_show_page(cairo_.get()); }

std::string Canvas::Finish() {
  Check();
  cairo_surface_finish(surface_.get());
  Check();
  return std::move(file_);
}

void Canvas::Check() const {
  for (const auto status : {cairo_status(cairo_.get()), cairo_surface_status(surface_.get())}) {
    if (status != CAIRO_STATUS_SUCCESS && status != CAIRO_STATUS_SURFACE_FINISHED)
      throw std::runtime_error(std::string("cairo: ") + cairo_status_to_string(status));
  }
}

}  // namespace market::documents
