#include "services/payment/storage/bank_numbers.hpp"

#include <stdexcept>

#include "platform/crypto/base64url.hpp"
#include "platform/crypto/digest.hpp"
#include "platform/crypto/sealed.hpp"

namespace market::payment::storage {

BankNumbers::BankNumbers(std::string_view secret)
    : key_(crypto::HmacSha256(secret, "numbers of bank accounts")) {}

std::string BankNumbers::Sealed(std::string_view iban, SellerId seller) const {
  return crypto::Base64UrlEncode(crypto::Seal(key_, iban, seller.ToString()));
}

std::string BankNumbers::Opened(std::string_view sealed, SellerId seller) const {
  if (sealed.empty()) return {};
  const auto bytes = crypto::Base64UrlDecode(sealed);
  auto iban = bytes ? crypto::Unseal(key_, *bytes, seller.ToString()) : std::nullopt;
  if (!iban)
    throw std::runtime_error("payment.bank_key: the bank account of a shop was sealed with another one");
  return std::move(*iban);
}

}  // namespace market::payment::storage
