// What attackers put into Authorization, each by name: all of it is UNAUTHENTICATED, and nothing else. A key of the
// test's own stands for auth's, so that a token may be well signed and wrong in one thing only.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "platform/core/error.hpp"
#include "platform/crypto/base64url.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/crypto/ec_key.hpp"
#include "platform/identity/api_key.hpp"
#include "platform/identity/token_verifier.hpp"
#include "platform/testing/fake_clock.hpp"
#include "platform/testing/run_loop.hpp"

namespace market::identity {
namespace {

constexpr const char* kTheirIssuer = "https://market.test";
constexpr const char* kFineHeader = R"({"alg":"ES256","typ":"at+jwt","kid":"KID"})";
// NOW stands for the second that it is.
constexpr const char* kFineClaims =
    R"({"iss":"https://market.test","aud":"marketplace","sub":"01976b2a-0000-7000-8000-000000000001",)"
    R"("sid":"01976b2a-0000-7000-8000-000000000002","ver":4,"iat":NOW,"exp":SOON})";
// Of the curve P-256 (FIPS 186-4, D.1.2.3).
constexpr std::string_view kOrder =
    "\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9"
    "\xca"
    "\xc2\xfc\x63\x25\x51";

std::string Encoded(std::string_view text) { return crypto::Base64UrlEncode(text); }

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// Makes tokens, good but for what is asked for.
class Smith {
 public:
  explicit Smith(std::int64_t now) : now_(now) {}

  std::string Headed(std::string header) const { return Signed(std::move(header), kFineClaims); }
  // With `from` in the good claims made `to`.
  std::string Claiming(std::string_view from, std::string_view to) const {
    EXPECT_NE(std::string_view(kFineClaims).find(from), std::string_view::npos) << from;
    return Signed(kFineHeader, Replaced(kFineClaims, from, to));
  }
  std::string With(std::string_view member) const {
    return Claiming("\"ver\":4", "\"ver\":4," + std::string(member));
  }
  std::string Signed(std::string header, std::string claims) const {
    const auto text = Text(std::move(header), std::move(claims));
    return text + "." + Encoded(crypto::SignEs256(key_.get(), text));
  }
  std::string Good() const { return Signed(kFineHeader, kFineClaims); }
  // The good one's header and claims, under this signature.
  std::string Under(std::string_view signature) const {
    return Text(kFineHeader, kFineClaims) + "." + Encoded(signature);
  }
  std::string Text(std::string header, std::string claims) const {
    claims = Replaced(std::move(claims), "NOW", std::to_string(now_));
    claims = Replaced(std::move(claims), "SOON", std::to_string(now_ + 600));
    return Encoded(Replaced(std::move(header), "KID", "smith")) + "." + Encoded(claims);
  }
  std::string GoodSignature() const { return crypto::SignEs256(key_.get(), Text(kFineHeader, kFineClaims)); }
  std::string Hmac(std::string_view secret) const {
    const auto text = Text(R"({"alg":"HS256","typ":"at+jwt","kid":"KID"})", kFineClaims);
    return text + "." + Encoded(crypto::HmacSha256(secret, text));
  }
  std::string At(std::int64_t offset_s) const { return std::to_string(now_ + offset_s); }

  crypto::Point Public() const { return crypto::PointOf(key_.get()); }
  std::string good_key = MakeApiKey();
  std::string expired_key = MakeApiKey();
  std::string revoked_key = MakeApiKey();

 private:
  const std::int64_t now_;
  crypto::KeyHandle key_ = crypto::GeneratePrivateKey();
};

// r and s of a DER signature, as OpenSSL and most libraries write it.
std::string Der(std::string_view signature) {
  const auto integer = [](std::string_view bytes) {
    std::string value(bytes);
    if (static_cast<unsigned char>(value[0]) >= 0x80) value.insert(value.begin(), '\0');
    return std::string("\x02") + static_cast<char>(value.size()) + value;
  };
  const auto both = integer(signature.substr(0, 32)) + integer(signature.substr(32));
  return std::string("\x30") + static_cast<char>(both.size()) + both;
}

struct Hostile {
  const char* name;
  std::function<std::string(const Smith&)> make;  // the token
};

std::string LastChanged(std::string token) {
  // Another last character with the same bytes: bits that the encoding does not use.
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  token.back() = kAlphabet[kAlphabet.find(token.back()) ^ 1];
  return token;
}

const std::vector<Hostile> kHeaders = {
    {"alg_none_unsigned",
     [](auto& s) { return s.Text(R"({"alg":"none","typ":"at+jwt","kid":"KID"})", kFineClaims) + "."; }},
    {"alg_none_signed", [](auto& s) { return s.Headed(R"({"alg":"none","typ":"at+jwt","kid":"KID"})"); }},
    {"alg_None", [](auto& s) { return s.Headed(R"({"alg":"None","typ":"at+jwt","kid":"KID"})"); }},
    {"alg_HS256_with_the_public_point", [](auto& s) { return s.Hmac(s.Public().x + s.Public().y); }},
    {"alg_HS256_with_the_jwk_x", [](auto& s) { return s.Hmac(Encoded(s.Public().x)); }},
    {"alg_HS256_with_an_empty_secret", [](auto& s) { return s.Hmac(""); }},
    {"alg_RS256", [](auto& s) { return s.Headed(R"({"alg":"RS256","typ":"at+jwt","kid":"KID"})"); }},
    {"alg_PS256", [](auto& s) { return s.Headed(R"({"alg":"PS256","typ":"at+jwt","kid":"KID"})"); }},
    {"alg_ES384", [](auto& s) { return s.Headed(R"({"alg":"ES384","typ":"at+jwt","kid":"KID"})"); }},
    {"alg_ES256K", [](auto& s) { return s.Headed(R"({"alg":"ES256K","typ":"at+jwt","kid":"KID"})"); }},
    {"alg_in_lower_case", [](auto& s) { return s.Headed(R"({"alg":"es256","typ":"at+jwt","kid":"KID"})"); }},
    {"alg_in_a_list", [](auto& s) { return s.Headed(R"({"alg":["ES256"],"typ":"at+jwt","kid":"KID"})"); }},
    {"alg_null", [](auto& s) { return s.Headed(R"({"alg":null,"typ":"at+jwt","kid":"KID"})"); }},
    {"alg_missing", [](auto& s) { return s.Headed(R"({"typ":"at+jwt","kid":"KID"})"); }},
    {"alg_twice",
     [](auto& s) { return s.Headed(R"({"alg":"none","alg":"ES256","typ":"at+jwt","kid":"KID"})"); }},
    {"typ_missing", [](auto& s) { return s.Headed(R"({"alg":"ES256","kid":"KID"})"); }},
    {"typ_JWT", [](auto& s) { return s.Headed(R"({"alg":"ES256","typ":"JWT","kid":"KID"})"); }},
    {"typ_of_an_id_token", [](auto& s) { return s.Headed(R"({"alg":"ES256","typ":"id+jwt","kid":"KID"})"); }},
    {"kid_missing", [](auto& s) { return s.Headed(R"({"alg":"ES256","typ":"at+jwt"})"); }},
    {"kid_empty", [](auto& s) { return s.Headed(R"({"alg":"ES256","typ":"at+jwt","kid":""})"); }},
    {"kid_a_number", [](auto& s) { return s.Headed(R"({"alg":"ES256","typ":"at+jwt","kid":7})"); }},
    {"kid_a_path",
     [](auto& s) { return s.Headed(R"({"alg":"ES256","typ":"at+jwt","kid":"../../../dev/null"})"); }},
    {"kid_SQL", [](auto& s) { return s.Headed(R"({"alg":"ES256","typ":"at+jwt","kid":"' OR 1=1 --"})"); }},
    {"kid_of_nobody", [](auto& s) { return s.Headed(R"({"alg":"ES256","typ":"at+jwt","kid":"mine"})"); }},
    {"kid_with_a_NUL",
     [](auto& s) { return s.Headed(R"({"alg":"ES256","typ":"at+jwt","kid":"KID\u0000"})"); }},
    {"kid_too_long",
     [](auto& s) {
       return s.Headed(R"({"alg":"ES256","typ":"at+jwt","kid":")" + std::string(129, 'k') + "\"}");
     }},
    {"kid_twice",
     [](auto& s) { return s.Headed(R"({"alg":"ES256","typ":"at+jwt","kid":"mine","kid":"KID"})"); }},
    {"crit",
     [](auto& s) { return s.Headed(R"({"alg":"ES256","typ":"at+jwt","kid":"KID","crit":["exp"]})"); }},
    {"jwk_in_the_header",
     [](auto& s) { return s.Headed(R"({"alg":"ES256","typ":"at+jwt","kid":"KID","jwk":{"kty":"EC"}})"); }},
    {"jku",
     [](auto& s) {
       return s.Headed(R"({"alg":"ES256","typ":"at+jwt","kid":"KID","jku":"https://evil.test/k"})");
     }},
    {"x5u",
     [](auto& s) {
       return s.Headed(R"({"alg":"ES256","typ":"at+jwt","kid":"KID","x5u":"https://evil.test"})");
     }},
    {"x5c", [](auto& s) { return s.Headed(R"({"alg":"ES256","typ":"at+jwt","kid":"KID","x5c":["MIIB"]})"); }},
    {"zip", [](auto& s) { return s.Headed(R"({"alg":"ES256","typ":"at+jwt","kid":"KID","zip":"DEF"})"); }},
    {"b64_false",
     [](auto& s) { return s.Headed(R"({"alg":"ES256","typ":"at+jwt","kid":"KID","b64":false})"); }},
    {"header_a_list", [](auto& s) { return s.Headed(R"(["ES256"])"); }},
    {"header_a_string", [](auto& s) { return s.Headed(R"("ES256")"); }},
    {"header_empty", [](auto& s) { return s.Headed(""); }},
    {"header_cut", [](auto& s) { return s.Headed("{"); }},
    {"header_with_more_behind", [](auto& s) { return s.Headed(std::string(kFineHeader) + "x"); }},
    {"header_with_a_blank",
     [](auto& s) { return s.Headed(R"({"alg":"ES256", "typ":"at+jwt","kid":"KID"})"); }},
    {"header_not_UTF_8",
     [](auto& s) { return s.Headed("{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"\xff\"}"); }},
    {"header_deep", [](auto& s) { return s.Headed("[[[[[[[[[[]]]]]]]]]]"); }},
};

constexpr const char* kSeller = R"("sellers":{"01976b2a-0000-7000-8000-000000000003":)";

const std::vector<Hostile> kClaims = {
    {"iss_of_another", [](auto& s) { return s.Claiming("https://market.test", "https://evil.test"); }},
    {"iss_longer",
     [](auto& s) { return s.Claiming("https://market.test", "https://market.test.evil.test"); }},
    {"iss_missing", [](auto& s) { return s.Claiming(R"("iss":"https://market.test",)", ""); }},
    {"iss_twice", [](auto& s) { return s.With(R"("iss":"https://market.test")"); }},
    {"aud_of_another", [](auto& s) { return s.Claiming(R"("aud":"marketplace")", R"("aud":"other")"); }},
    {"aud_missing", [](auto& s) { return s.Claiming(R"("aud":"marketplace",)", ""); }},
    {"aud_in_a_list",
     [](auto& s) { return s.Claiming(R"("aud":"marketplace")", R"("aud":["marketplace","other"])"); }},
    {"sub_no_id", [](auto& s) { return s.Claiming("01976b2a-0000-7000-8000-000000000001", "admin"); }},
    {"sub_missing",
     [](auto& s) { return s.Claiming(R"("sub":"01976b2a-0000-7000-8000-000000000001",)", ""); }},
    {"sub_twice", [](auto& s) { return s.With(R"("sub":"01976b2a-0000-7000-8000-000000000009")"); }},
    {"sid_empty", [](auto& s) { return s.Claiming("01976b2a-0000-7000-8000-000000000002", ""); }},
    {"sid_missing",
     [](auto& s) { return s.Claiming(R"("sid":"01976b2a-0000-7000-8000-000000000002",)", ""); }},
    {"ver_missing", [](auto& s) { return s.Claiming(R"("ver":4,)", ""); }},
    {"ver_a_text", [](auto& s) { return s.Claiming(R"("ver":4)", R"("ver":"4")"); }},
    {"ver_a_fraction", [](auto& s) { return s.Claiming(R"("ver":4)", R"("ver":4.5)"); }},
    {"exp_over",
     [](auto& s) {
       return s.Claiming(R"("iat":NOW,"exp":SOON)", "\"iat\":" + s.At(-600) + ",\"exp\":" + s.At(-31));
     }},
    {"exp_a_text", [](auto& s) { return s.Claiming("SOON", R"("SOON")"); }},
    {"exp_not_finite", [](auto& s) { return s.Claiming("SOON", "1e300"); }},
    {"exp_past_64_bits", [](auto& s) { return s.Claiming("SOON", "18446744073709551615"); }},
    {"exp_missing", [](auto& s) { return s.Claiming(R"(,"exp":SOON)", ""); }},
    {"exp_before_iat", [](auto& s) { return s.Claiming(R"("exp":SOON)", "\"exp\":" + s.At(-1)); }},
    {"exp_later_than_tokens_live", [](auto& s) { return s.Claiming("SOON", s.At(3601)); }},
    {"iat_ahead", [](auto& s) { return s.Claiming("\"iat\":NOW", "\"iat\":" + s.At(31)); }},
    {"iat_missing", [](auto& s) { return s.Claiming(R"("iat":NOW,)", ""); }},
    {"iat_long_ago", [](auto& s) { return s.Claiming("\"iat\":NOW", "\"iat\":" + s.At(-3601)); }},
    {"nbf_ahead", [](auto& s) { return s.With("\"nbf\":" + s.At(31)); }},
    {"nbf_a_text", [](auto& s) { return s.With(R"("nbf":"x")"); }},
    {"permissions_a_number", [](auto& s) { return s.With(R"("permissions":31)"); }},
    {"permissions_by_name", [](auto& s) { return s.With(R"("permissions":["ledger.read"])"); }},
    {"sellers_a_list", [](auto& s) { return s.With(R"("grants":[[20]],"sellers":["x"])"); }},
    {"seller_no_id", [](auto& s) { return s.With(R"("grants":[[20]],"sellers":{"x":0})"); }},
    {"seller_without_grants", [](auto& s) { return s.With(std::string(kSeller) + "0}"); }},
    {"grant_past_the_end", [](auto& s) { return s.With(std::string(kSeller) + R"(1},"grants":[[20]])"); }},
    {"grant_negative", [](auto& s) { return s.With(std::string(kSeller) + R"(-1},"grants":[[20]])"); }},
    {"grant_a_text", [](auto& s) { return s.With(std::string(kSeller) + R"("owner"},"grants":[[20]])"); }},
    {"grants_by_name",
     [](auto& s) { return s.With(std::string(kSeller) + R"(0},"grants":[["orders.read"]])"); }},
    {"grants_flat", [](auto& s) { return s.With(std::string(kSeller) + R"(0},"grants":[20])"); }},
    {"grants_null", [](auto& s) { return s.With(std::string(kSeller) + R"(0},"grants":null)"); }},
    {"claims_a_list", [](auto& s) { return s.Signed(kFineHeader, "[]"); }},
    {"claims_null", [](auto& s) { return s.Signed(kFineHeader, "null"); }},
    {"claims_no_JSON", [](auto& s) { return s.Signed(kFineHeader, "iss=x"); }},
    {"claims_empty", [](auto& s) { return s.Signed(kFineHeader, ""); }},
    {"claims_deep", [](auto& s) { return s.With(R"("note":[[[[[[1]]]]]])"); }},
};

const std::vector<Hostile> kShapes = {
    {"only_dots", [](auto&) { return ".."; }},
    {"one_part", [](auto& s) { return s.Good().substr(0, s.Good().find('.')); }},
    {"two_parts", [](auto& s) { return s.Text(kFineHeader, kFineClaims); }},
    {"no_signature", [](auto& s) { return s.Text(kFineHeader, kFineClaims) + "."; }},
    {"four_parts", [](auto& s) { return s.Good() + ".x"; }},
    {"five_parts_as_a_JWE",
     [](auto&) { return Encoded(R"({"alg":"ECDH-ES","enc":"A256GCM"})") + ".a.b.c.d"; }},
    {"JSON_serialization", [](auto& s) { return "{\"payload\":\"" + s.Good() + "\"}"; }},
    {"padding", [](auto& s) { return s.Good() + "=="; }},
    {"one_character_more", [](auto& s) { return s.Good() + "A"; }},
    {"one_character_less", [](auto& s) { return s.Good().substr(0, s.Good().size() - 1); }},
    {"unused_bits_set", [](auto& s) { return LastChanged(s.Good()); }},
    {"alphabet_of_base64", [](auto& s) { return "+/" + s.Good().substr(2); }},
    {"blank_in_front", [](auto& s) { return " " + s.Good(); }},
    {"line_break_inside", [](auto& s) { return Replaced(s.Good(), ".", "\n."); }},
    {"huge_and_well_signed", [](auto& s) { return s.With("\"note\":\"" + std::string(4000, 'x') + "\""); }},
    {"huge_and_nothing", [](auto&) { return std::string(100'000, '.'); }},
    {"claims_tampered",
     [](auto& s) {
       return s.Text(kFineHeader, Replaced(kFineClaims, "\"ver\":4", "\"ver\":5")) + "." +
              Encoded(s.GoodSignature());
     }},
    {"signature_of_another_key",
     [](auto& s) {
       return s.Under(
           crypto::SignEs256(crypto::GeneratePrivateKey().get(), s.Text(kFineHeader, kFineClaims)));
     }},
    {"signature_in_DER", [](auto& s) { return s.Under(Der(s.GoodSignature())); }},
    {"signature_of_63_bytes", [](auto& s) { return s.Under(s.GoodSignature().substr(0, 63)); }},
    {"signature_of_65_bytes", [](auto& s) { return s.Under(s.GoodSignature() + '\0'); }},
    {"signature_of_zeros", [](auto& s) { return s.Under(std::string(64, '\0')); }},
    {"signature_of_ones", [](auto& s) { return s.Under(std::string(64, '\xff')); }},
    {"r_zero", [](auto& s) { return s.Under(std::string(32, '\0') + s.GoodSignature().substr(32)); }},
    {"s_zero", [](auto& s) { return s.Under(s.GoodSignature().substr(0, 32) + std::string(32, '\0')); }},
    {"r_the_order", [](auto& s) { return s.Under(std::string(kOrder) + s.GoodSignature().substr(32)); }},
    {"s_the_order", [](auto& s) { return s.Under(s.GoodSignature().substr(0, 32) + std::string(kOrder)); }},
    {"r_and_s_swapped",
     [](auto& s) { return s.Under(s.GoodSignature().substr(32) + s.GoodSignature().substr(0, 32)); }},
    {"ES512_example_of_RFC_7520_section_4_3",
     [](auto&) {
       return "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9."
              "SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250by"
              "B0aGUg"
              "cm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG"
              "1pZ2h0"
              "IGJlIHN3ZXB0IG9mZiB0by4."
              "AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-"
              "JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_"
              "sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2";
     }},
    {"ES256_example_of_RFC_7515_A_3",
     [](auto&) {
       return "eyJhbGciOiJFUzI1NiJ9."
              "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
              "."
              "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
     }},
    {"a_refresh_token", [](auto&) { return "rt_" + std::string(43, 'A'); }},
};

const std::vector<Hostile> kApiKeys = {
    {"key_of_nobody", [](auto&) { return MakeApiKey(); }},
    {"key_that_is_over", [](auto& s) { return s.expired_key; }},
    {"key_that_was_revoked", [](auto& s) { return s.revoked_key; }},
    {"key_cut", [](auto& s) { return s.good_key.substr(0, s.good_key.size() - 1); }},
    {"key_longer", [](auto& s) { return s.good_key + "A"; }},
    {"key_padded", [](auto& s) { return s.good_key + "="; }},
    {"key_with_unused_bits_set", [](auto& s) { return LastChanged(s.good_key); }},
    {"key_of_another_alphabet",
     [](auto& s) { return s.good_key.substr(0, 10) + "+/" + s.good_key.substr(12); }},
    {"key_with_another_character",
     [](auto& s) {
       return s.good_key.substr(0, 10) + (s.good_key[10] == 'A' ? "B" : "A") + s.good_key.substr(11);
     }},
    {"key_with_a_blank", [](auto& s) { return s.good_key + " "; }},
    {"key_beginning_in_capitals", [](auto& s) { return "MK_" + s.good_key.substr(3); }},
    {"key_beginning_twice", [](auto& s) { return "mk_" + s.good_key; }},
    {"key_without_its_beginning", [](auto& s) { return s.good_key.substr(3); }},
    {"key_of_nothing", [](auto&) { return "mk_"; }},
    {"digest_of_a_key", [](auto& s) { return "mk_" + Encoded(*DigestOfApiKey(s.good_key)); }},
    {"prefix_that_is_shown", [](auto& s) { return std::string(PrefixOfApiKey(s.good_key)); }},
    {"key_huge", [](auto&) { return "mk_" + std::string(100'000, 'A'); }},
};

class TokenCases : public ::testing::Test {
 protected:
  Code CodeFor(const std::string& authorization) {
    return testing::RunLoop([&]() -> Task<Code> {
      try {
        if (verifier_.TryVerify(authorization) == nullptr)
          co_await verifier_.Verify(authorization, testing::Soon());
      } catch (const Error& error) {
        co_return error.code;
      }
      co_return Code::kOk;
    });
  }

  Task<std::vector<PublicKey>> Keys() {
    const auto point = smith_.Public();
    co_return std::vector<PublicKey>{{"smith", Encoded(point.x), Encoded(point.y)}};
  }
  Task<Revoked> Ended() { co_return Revoked{.ended = {revoked_}, .next = "1"}; }
  Task<std::optional<ApiKeyGrant>> Resolve(std::string digest) {
    ApiKeyGrant grant{
        .principal = {.account = AccountId::New(), .session = Uuid::NewV7(), .bearer = Bearer::kApiKey},
        .expires_at = clock_.Now() + std::chrono::hours(1)};
    if (digest == DigestOfApiKey(smith_.good_key)) co_return grant;
    if (digest == DigestOfApiKey(smith_.revoked_key)) {
      grant.principal.session = revoked_;
      co_return grant;
    }
    if (digest == DigestOfApiKey(smith_.expired_key)) {
      grant.expires_at = clock_.Now();
      co_return grant;
    }
    co_return std::nullopt;
  }

  testing::FakeClock clock_;
  Smith smith_{std::chrono::duration_cast<std::chrono::seconds>(clock_.Now().time_since_epoch()).count()};
  const Uuid revoked_ = Uuid::NewV7();
  TokenVerifier verifier_{
      kTheirIssuer,
      clock_,
      {.keys = [this](runtime::Deadline) { return Keys(); },
       .revoked = [this](auto, auto) { return Ended(); },
       .api_keys = [this](std::string digest, auto) { return Resolve(std::move(digest)); }}};
};

class HostileTokens : public TokenCases, public ::testing::WithParamInterface<Hostile> {};

TEST_P(HostileTokens, AreUnauthenticated) {
  ASSERT_EQ(CodeFor("Bearer " + smith_.Good()), Code::kOk) << "the control";
  ASSERT_EQ(CodeFor("Bearer " + smith_.good_key), Code::kOk) << "the control";
  const auto token = GetParam().make(smith_);
  EXPECT_EQ(CodeFor("Bearer " + token), Code::kUnauthenticated) << token.substr(0, 200);
  EXPECT_EQ(CodeFor("Bearer " + token), Code::kUnauthenticated) << "a second time";
}

std::string NameOfCase(const ::testing::TestParamInfo<Hostile>& info) { return info.param.name; }
INSTANTIATE_TEST_SUITE_P(Header, HostileTokens, ::testing::ValuesIn(kHeaders), NameOfCase);
INSTANTIATE_TEST_SUITE_P(Claims, HostileTokens, ::testing::ValuesIn(kClaims), NameOfCase);
INSTANTIATE_TEST_SUITE_P(Shape, HostileTokens, ::testing::ValuesIn(kShapes), NameOfCase);
INSTANTIATE_TEST_SUITE_P(ApiKey, HostileTokens, ::testing::ValuesIn(kApiKeys), NameOfCase);

TEST_F(TokenCases, OfAnotherScheme_AreUnauthenticated) {
  const auto good = smith_.Good();
  ASSERT_EQ(CodeFor("bearer " + good), Code::kOk) << "the control";
  for (const auto& header :
       {std::string("Bearer"), std::string("Bearer "), good, "Basic " + good, "Bearer  " + good,
        "Bearer\t" + good, "Bearer " + good + ", Bearer " + good, "DPoP " + good}) {
    EXPECT_EQ(CodeFor(header), Code::kUnauthenticated) << header;
  }
}

}  // namespace
}  // namespace market::identity
