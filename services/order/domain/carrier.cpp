#include "services/order/domain/carrier.hpp"

#include <algorithm>
#include <array>

namespace market::order::domain {
namespace {

struct Carrier {
  std::string_view name;    // as Folded makes it
  std::string_view prefix;  // of the page; the number ends it
};

constexpr std::string_view kLaPoste = "https://www.laposte.fr/outils/suivre-vos-envois?code=";
constexpr std::string_view kCdek = "https://www.cdek.ru/ru/tracking?order_id=";
constexpr std::string_view kRussianPost = "https://www.pochta.ru/tracking?barcode=";
constexpr std::string_view kEvri = "https://www.evri.com/track/parcel/";

constexpr std::array kCarriers = {
    Carrier{"austrianpost", "https://www.post.at/sv/sendungsdetails?snr="},
    Carrier{"bpost", "https://track.bpost.cloud/btr/web/#/search?itemCode="},
    Carrier{"cdek", kCdek},
    Carrier{"chronopost", "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT="},
    Carrier{"colissimo", kLaPoste},
    Carrier{"correos",
            "https://www.correos.es/es/es/herramientas/localizador/envios/detalle?tracking-number="},
    Carrier{"deutschepost", "https://www.deutschepost.de/de/s/sendungsverfolgung.html?piececode="},
    Carrier{"dhl", "https://www.dhl.com/global-en/home/tracking.html?tracking-id="},
    Carrier{"dpd", "https://tracking.dpd.de/status/en_US/parcel/"},
    Carrier{"evri", kEvri},
    Carrier{"fedex", "https://www.fedex.com/fedextrack/?trknbr="},
    Carrier{"gls", "https://gls-group.com/GROUP/en/parcel-tracking?match="},
    Carrier{"hermes", kEvri},
    Carrier{"inpost", "https://inpost.pl/sledzenie-przesylek?number="},
    Carrier{"laposte", kLaPoste},
    Carrier{"pocztapolska", "https://emonitoring.poczta-polska.pl/?numer="},
    Carrier{"posteitaliane", "https://www.poste.it/cerca/index.html#/risultati-spedizioni/"},
    Carrier{"postnl", "https://postnl.nl/tracktrace/?B="},
    Carrier{"postnord", "https://tracking.postnord.com/en/tracking?id="},
    Carrier{"royalmail", "https://www.royalmail.com/track-your-item#/tracking-results/"},
    Carrier{"russianpost", kRussianPost},
    Carrier{"ups", "https://www.ups.com/track?tracknum="},
    Carrier{"usps", "https://tools.usps.com/go/TrackConfirmAction?tLabels="},
    Carrier{"почтароссии", kRussianPost},
    Carrier{"сдэк", kCdek},
};

// In small letters, Latin and Cyrillic ones, without what separates words.
std::string Folded(std::string_view name) {
  std::string folded;
  for (std::size_t at = 0; at < name.size(); ++at) {
    const auto byte = static_cast<unsigned char>(name[at]);
    if (byte == ' ' || byte == '.' || byte == '-') continue;
    if (byte >= 'A' && byte <= 'Z') {
      folded += static_cast<char>(byte - 'A' + 'a');
      continue;
    }
    const auto next = at + 1 < name.size() ? static_cast<unsigned char>(name[at + 1]) : 0;
    if (byte == 0xd0 && next >= 0x90 && next <= 0xaf) {  // А to Я
      folded += static_cast<char>(next < 0xa0 ? 0xd0 : 0xd1);
      folded += static_cast<char>(next < 0xa0 ? next + 0x20 : next - 0x20);
      ++at;
      continue;
    }
    folded += static_cast<char>(byte);
  }
  return folded;
}

// RFC 3986, section 2.3: all but what is unreserved.
std::string UrlEncoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
                       (byte >= '0' && byte <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      encoded += c;
      continue;
    }
    encoded += '%';
    encoded += kDigits[byte >> 4];
    encoded += kDigits[byte & 15];
  }
  return encoded;
}

}  // namespace

std::optional<std::string> TrackingUrl(std::string_view carrier, std::string_view number) {
  if (number.empty()) return std::nullopt;
  const auto found = std::ranges::find(kCarriers, Folded(carrier), &Carrier::name);
  if (found == kCarriers.end()) return std::nullopt;
  return std::string(found->prefix) + UrlEncoded(number);
}

}  // namespace market::order::domain
