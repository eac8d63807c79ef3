// The numbers of bank accounts, as they are kept: sealed about their shop (platform/crypto/sealed.hpp), so that who reads the
// database can't read them, nor give one shop's to another. Owner: the service. Any thread.
#pragma once
#include <string>
#include <string_view>

#include "platform/core/id.hpp"

namespace market::payment::storage {

class BankNumbers {
 public:
  // `secret`: the setting payment.bank_key, the same on every replica.
  explicit BankNumbers(std::string_view secret);

  std::string Sealed(std::string_view iban, SellerId seller) const;
  // "" for "". Throws std::runtime_error for what another key has sealed, or about another shop.
  std::string Opened(std::string_view sealed, SellerId seller) const;

 private:
  const std::string key_;
};

}  // namespace market::payment::storage
