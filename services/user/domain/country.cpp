#include "services/user/domain/country.hpp"

#include <cstddef>

namespace market::user::domain {
namespace {

// All officially assigned codes, two letters each, in order.
constexpr std::string_view kCodes =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZ"
    "BABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZ"
    "CACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ"
    "DEDJDKDMDODZ"
    "ECEEEGEHERESET"
    "FIFJFKFMFOFR"
    "GAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGY"
    "HKHMHNHRHTHU"
    "IDIEILIMINIOIQIRISIT"
    "JEJMJOJP"
    "KEKGKHKIKMKNKPKRKWKYKZ"
    "LALBLCLILKLRLSLTLULVLY"
    "MAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZ"
    "NANCNENFNGNINLNONPNRNUNZ"
    "OM"
    "PAPEPFPGPHPKPLPMPNPRPSPTPWPY"
    "QA"
    "RERORSRURW"
    "SASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZ"
    "TCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZ"
    "UAUGUMUSUYUZ"
    "VAVCVEVGVIVNVU"
    "WFWS"
    "YEYT"
    "ZAZMZW";

constexpr std::size_t kAssigned = 249;
static_assert(kCodes.size() == 2 * kAssigned);

constexpr std::string_view CodeAt(std::size_t index) { return kCodes.substr(2 * index, 2); }

constexpr bool IsSorted() {
  for (std::size_t i = 1; i < kAssigned; ++i) {
    if (CodeAt(i - 1) >= CodeAt(i)) return false;
  }
  return true;
}
static_assert(IsSorted());

}  // namespace

bool IsCountry(std::string_view alpha2) {
  std::size_t low = 0;
  std::size_t high = kAssigned;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (CodeAt(middle) < alpha2) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < kAssigned && CodeAt(low) == alpha2;
}

}  // namespace market::user::domain
