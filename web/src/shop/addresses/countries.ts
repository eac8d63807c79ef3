// What an address needs in each country, and what a postal code looks like there: a copy of services/user/domain/countries.cpp, which judges
// (no operation says it); countries_test.ts holds the two together. "DEcp:26133": Germany, city and postal code, 26133 for example.
const DATA =
  "ADc:AD100|AEr|AFc:1001|AG|AIc:2640|ALc:1001|AMc:375010|AOc|AQc|ARc:C1070AAM|AScrp:96799|ATcp:1010" +
  "|AUcrp:2060|AWc|AXcp:22150|AZc:1000|BAc:71000|BBc:BB23026|BDc:1340|BEcp:4000|BFc|BGc:1000|BHc:317" +
  "|BIc|BJc|BLcp:97100|BMc:FL 07|BNc:BT2328|BOc|BQc|BRcrp:40301-110|BSc|BTc:11001|BVc|BWc|BYc:223016" +
  "|BZc|CAcrp:H3Z 2Y7|CCc:6799|CDc|CFc|CGc|CHcp:2544|CIc|CKc|CLc:8340457|CMc|CNcrp:266033|COr:111221" +
  "|CRcr:1000|CUc:10700|CVc:7600|CWc|CXc:6798|CYc:2008|CZcp:100 00|DEcp:26133|DJc|DKcp:8660|DMc" +
  "|DOc:11903|DZc:40304|ECc:090105|EEcp:69501|EGc:12411|EHc:70000|ERc|EScrp:28039|ETc:1000|FIcp:00550" +
  "|FJc|FKcp:FIQQ 1ZZ|FMcrp:96941|FOc:100|FRcp:33380|GAc|GBcp:EC1Y 8SY|GDc|GEc:0101|GFcp:97300|GGcp:GY1 1AA|GHc" +
  "|GI:GX11 1AA|GLcp:3900|GMc|GNc:001|GPcp:97100|GQc|GRcp:151 24|GScp:SIQQ 1ZZ|GTc:09001|GUcp:96910" +
  "|GWc:1000|GYc|HK|HMc:7050|HNcr:31301|HRc:10000|HTc:6120|HUcp:1037|IDr:40115|IEc:A65 F4E2|ILc:9614303" +
  "|IMcp:IM2 1AA|INcrp:110034|IOcp:BBND 1ZZ|IQcr:31001|IRc:11936-12345|ISc:320|ITcrp:00144|JEcp:JE1 1AA" +
  "|JMcr|JOc:11937|JPrp:154-0023|KEc:20100|KGc:720001|KHc:120101|KIc|KMc|KNcr|KPc|KRcrp:03051|KWc:54541" +
  "|KYr:KY1-1100|KZc:040900|LAc:01160|LBc:2038 3054|LCc|LIcp:9496|LKc:20000|LRc:1000|LSc:100|LTcp:04340" +
  "|LUcp:4750|LVcp:LV-1073|LYc|MAc:53000|MCc:98000|MDc:2012|MEc:81257|MFcp:97100|MGc:501|MHcrp:96960" +
  "|MKc:1314|MLc|MMc:11181|MNc:65030|MO|MPcrp:96950|MQcp:97220|MRc|MSc|MTc:NXR 01|MUc:42602|MVc:20026" +
  "|MWc|MXcrp:02860|MYcp:43000|MZc:1102|NAc:10001|NCcp:98814|NEc:8001|NFc:2899|NGc:930283|NIc:52000" +
  "|NLcp:1234 AB|NOcp:0025|NPc:44601|NRr|NUc|NZcp:6001|OMc:133|PAc|PEc:LIMA 23|PFcrp:98709|PGcr:111" +
  "|PHc:1008|PKc:44000|PLcp:00-950|PMcp:97500|PNcp:PCRN 1ZZ|PRcp:00930|PSc|PTcp:2725-079|PWcrp:96940" +
  "|PYc:1536|QAc|REcp:97400|ROcp:060274|RSc:106314|RUcrp:247112|RWc|SAc:11564|SBc|SCc|SDc:11042" +
  "|SEcp:11455|SGp:546080|SHcp:STHL 1ZZ|SIc:4000|SJcp:9170|SKcp:010 01|SLc|SMp:47890|SNc:12500" +
  "|SOcr:JH 09010|SRc|SSc|STc|SVcr:CP 1101|SXc|SYc|SZc:H100|TCcp:TKCA 1ZZ|TDc|TFc|TGc|THc:10150" +
  "|TJc:735450|TKc|TLc|TMc:744000|TNc:1002|TOc|TRcp:01960|TTc|TVc|TWcrp:104|TZc:6090|UAcp:15432|UGc" +
  "|UMcr:96898|UScrp:95014|UYc:11600|UZc:702100|VA:00120|VCc:VC0100|VEcr:1010|VG:VG1110" +
  "|VIcrp:00802-1222|VNc:70010|VUc|WFcp:98600|WSc|XKc:10000|YEc|YTcp:97600|ZAcp:0083|ZMc:50100|ZWc";

export type Country = { code: string; city: boolean; region: boolean; postalCode: boolean; example: string };

export const COUNTRIES: readonly Country[] = DATA.split("|").map((one) => {
  const [needs = "", example = ""] = one.split(":");
  const need = (letter: string) => needs.slice(2).includes(letter);
  return { code: needs.slice(0, 2), city: need("c"), region: need("r"), postalCode: need("p"), example };
});

export const countryOf = (code: string) => COUNTRIES.find((one) => one.code === code);

/** All countries by their names, as the language sorts them. */
export function countriesIn(language: string) {
  const names = new Intl.DisplayNames([language], { type: "region" });
  const { compare } = new Intl.Collator(language);
  return COUNTRIES.map(({ code }) => ({ value: code, label: names.of(code) ?? code })).sort((one, other) =>
    compare(one.label, other.label),
  );
}
