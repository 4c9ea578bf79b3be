import { addCjkFont, legacyEncoder, ucs2 } from './cjk-fonts.mjs';
import { PageContent } from './page-content.mjs';
import { PdfWriter } from './pdf-writer.mjs';

/** @param {(text: string) => Uint8Array} encode @param {string} heading @param {string[]} lines */
function page(encode, heading, lines) {
  const content = new PageContent().line('F', 18, encode(heading)).gap(12);
  for (const line of lines) content.line('F', 12, encode(line), { leading: 1.8 });
  return content.toString();
}

/** A notice in Chinese: simplified characters coded as Unicode, then traditional ones coded as Big5. */
export function chineseNotice() {
  const pdf = new PdfWriter();
  const simplified = addCjkFont(pdf, { name: 'STSong-Light', cmap: 'UniGB-UCS2-H', ordering: 'GB1', supplement: 4 });
  pdf.addPage({
    content: page(ucs2, '渡轮检修通知', [
      '红隼湾渡轮公司通知各位乘客：',
      '自二〇二五年三月十四日起，“灰鹭号”将进坞检修，为期十天。',
      '检修期间，码头至石礁角的航线由“矶鹬号”代替运行。',
      '首班船上午六时三十分开出，末班船晚上九时整返回。',
      '持有月票的乘客无需更换票证，行李规定不变。',
      '如有疑问，请拨打服务电话或前往售票处咨询。',
      '感谢您的理解与支持。',
    ]),
    resources: `/Font << /F ${simplified} 0 R >>`,
  });
  const traditional = addCjkFont(pdf, { name: 'MSung-Light', cmap: 'ETen-B5-H', ordering: 'CNS1', supplement: 0 });
  pdf.addPage({
    content: page(legacyEncoder('big5'), '渡輪檢修通知', [
      '紅隼灣渡輪公司通知各位乘客：灰鷺號將進塢檢修，為期十天。',
      '檢修期間由磯鷸號代替運行，月票照常使用。',
      '感謝您的理解與支持。',
    ]),
    resources: `/Font << /F ${traditional} 0 R >>`,
  });
  return pdf.save({ title: '渡轮检修通知' });
}

/** A letter in Japanese, coded as Windows Shift-JIS; its second page is coded as Unicode. */
export function japaneseLetter() {
  const pdf = new PdfWriter();
  const shiftJis = addCjkFont(pdf, { name: 'Ryumin-Light', cmap: '90ms-RKSJ-H', ordering: 'Japan1', supplement: 2 });
  pdf.addPage({
    content: page(legacyEncoder('shift_jis'), '定期点検のお知らせ', [
      'お客様各位',
      'いつもケストレル湾フェリーをご利用いただき、誠にありがとうございます。',
      '「グレーヘロン号」は三月十四日から十日間、ドックで定期点検を行います。',
      '期間中は「サンドパイパー号」が代わりに運航いたします。',
      '始発は午前六時三十分、最終便は午後九時です。',
      '定期券はそのままお使いいただけます。',
      'ご不便をおかけしますが、何とぞよろしくお願い申し上げます。',
    ]),
    resources: `/Font << /F ${shiftJis} 0 R >>`,
  });
  const unicode = addCjkFont(pdf, {
    name: 'KozMinPro-Regular',
    cmap: 'UniJIS-UCS2-H',
    ordering: 'Japan1',
    supplement: 4,
  });
  pdf.addPage({
    content: page(ucs2, '運賃表', [
      '港から岩礁岬まで　大人八百円　小人四百円',
      '港から外島まで　大人千二百円　小人六百円',
      '自転車一台につき三百円を申し受けます。',
    ]),
    resources: `/Font << /F ${unicode} 0 R >>`,
  });
  return pdf.save({ title: '定期点検のお知らせ' });
}
