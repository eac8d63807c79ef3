#include "platform/identity/permissions.hpp"

namespace market::identity {

namespace options = marketplace::options::v1;

std::string_view NameOf(Permission permission) {
  const auto* value = options::Permission_descriptor()->FindValueByNumber(permission);
  return value == nullptr ? std::string_view() : value->options().GetExtension(options::permission_name);
}

std::optional<Permission> PermissionOf(std::string_view name) {
  const auto& all = *options::Permission_descriptor();
  for (int i = 0; i < all.value_count() && !name.empty(); ++i) {
    if (all.value(i)->options().GetExtension(options::permission_name) == name)
      return static_cast<Permission>(all.value(i)->number());
  }
  return std::nullopt;
}

Permissions::Permissions(std::initializer_list<Permission> some) {
  for (const auto permission : some) Add(permission);
}

Permissions Permissions::Every() {
  Permissions every;
  for (int number = 0; number < options::Permission_ARRAYSIZE; ++number) every.Add(number);
  return every;
}

void Permissions::Add(std::int64_t number) {
  if (number <= options::PERMISSION_UNSPECIFIED || number > options::Permission_MAX) return;
  if (options::Permission_IsValid(static_cast<int>(number))) bits_.set(static_cast<std::size_t>(number));
}

Permissions& Permissions::operator|=(const Permissions& more) {
  bits_ |= more.bits_;
  return *this;
}

Permissions& Permissions::operator&=(const Permissions& those) {
  bits_ &= those.bits_;
  return *this;
}

bool Permissions::Has(Permission permission) const { return bits_[static_cast<std::size_t>(permission)]; }

std::vector<int> Permissions::Numbers() const {
  std::vector<int> numbers;
  for (std::size_t i = 0; i < bits_.size(); ++i) {
    if (bits_[i]) numbers.push_back(static_cast<int>(i));
  }
  return numbers;
}

std::vector<Permission> Permissions::All() const {
  std::vector<Permission> all;
  for (const int number : Numbers()) all.push_back(static_cast<Permission>(number));
  return all;
}

}  // namespace market::identity
