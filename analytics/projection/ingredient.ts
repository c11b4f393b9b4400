/**
 * The ingredient of a drug from its name: salts, forms, releases and strengths fall away, so that
 * 盐酸二甲双胍缓释片 and 二甲双胍片 are one. Names are all that every bureau has; codes of the same
 * ingredient agree in no length of prefix that all regions keep to.
 */
const BRACKETS = /[(（[【][^)）\]】]*[)）\]】]/g;
const STRENGTH = /[\d.]+\s*(?:mg|μg|ug|g|ml|iu|u|%|单位|万单位|毫克|克|毫升)?/gi;
const SALT =
  /^(?:盐酸|苯磺酸|马来酸|富马酸|琥珀酸|酒石酸|氢溴酸|枸橼酸|磷酸|硫酸|甲磺酸|醋酸|乳酸|碳酸|硝酸|丙酸|糠酸|左|右旋|精蛋白|重组人?|注射用|人)+/;
/** 氯化钠 and 氯化钾 are not one. */
const SALT_AFTER = /(?<!氯化|碘化)(?:钠|钾|钙|叔丁胺|氢钠)$/;
const FORM =
  /(?:口腔崩解|分散|咀嚼|泡腾|缓释|控释|肠溶|双释放|薄膜衣|糖衣|吸入|粉雾|气雾|喷雾|滴眼|滴耳|口服|混悬|冻干|预混|笔芯|浓缩|水蜜|大蜜|外用)*(?:片|胶囊|软胶囊|颗粒|散|丸|滴丸|注射液|注射剂|溶液|合剂|糖浆|乳膏|软膏|凝胶|贴膏|贴剂|喷剂|气雾剂|粉雾剂|滴剂|眼膏|眼用|栓|酊|膏|液|剂|粉针)$/;

/** '' when nothing is left to compare. */
export function ingredientOf(name: string): string {
  let text = name.normalize('NFKC').replace(BRACKETS, '').replace(STRENGTH, '').trim();
  for (let before = ''; before !== text && text.length > 2; ) {
    before = text;
    text = text.replace(FORM, '').trim() || before;
  }
  const bare = text.replace(SALT, '');
  text = bare.length >= 2 ? bare : text;
  const base = text.replace(SALT_AFTER, '');
  return base.length >= 2 ? base : text;
}
