/**
 * What the server says of jobs and imports, in Chinese: it speaks English, for the command line and for logs.
 * A sentence is a pattern and its words; what nobody translated is shown as it is.
 */
type Sentences = ReadonlyArray<readonly [RegExp, string]>;

const WARNINGS: Sentences = [
  [
    /^(.+) is not read: only \.csv, \.csv\.gz and \.parquet are$/,
    '$1 没有读取：只能读 .csv、.csv.gz 和 .parquet',
  ],
  [/^(.+) is no table of the dialect (.+): not read$/, '$1 不是方言 $2 里的任何表，没有读取'],
  [
    /^(\w+): (\d+) identifiers had been turned into numbers by a spreadsheet \((.+)\)$/,
    '$1：$2 个编号被电子表格变成了数字（如 $3），请以文本格式重新导出',
  ],
  [
    /^(.+): column (.+) is not known and not read; nearest known: (.+)$/,
    '$1：不认识列 $2，没有读取；最接近的已知列是 $3',
  ],
  [/^(.+): column (.+) is not known and not read$/, '$1：不认识列 $2，没有读取'],
  [
    /^(.+) has no column (.+), from which the dialect makes (.+); it stays empty$/,
    '$1 没有列 $2（方言由它得出 $3），该列留空',
  ],
  [
    /^replaces (\S+) to (\S+): (\d+) settlements of earlier imports no longer count$/,
    '替换 $1 至 $2：先前导入的 $3 笔结算不再计入',
  ],
  [
    /^(\w+): (\d+) settlements are dated after today, the last (\S+)$/,
    '$1：$2 笔结算的日期晚于今天，最晚 $3，请核对',
  ],
  [/^(\w+): (\d+) lines without their settlement$/, '$1：$2 条明细找不到对应的结算'],
  [/^(\w+): (\d+) lines not settled yet$/, '$1：$2 条明细尚未结算'],
  [/^(\w+): (\d+) settlements without their visit$/, '$1：$2 笔结算找不到对应的就诊'],
];

const CAUSES: Sentences = [
  [
    /^(.+) has no settlements: no file (.+) \(\.csv, \.csv\.gz or \.parquet\)$/,
    '$1 里没有结算：找不到文件 $2（.csv、.csv.gz 或 .parquet）',
  ],
  [/^(.+) has no column (.+); not recognised: (.+)$/, '$1 缺少列 $2；不认识的列：$3'],
  [
    /^(.+) has no column (.+), from which the dialect makes (.+)$/,
    '$1 没有列 $2（方言由它得出 $3）',
  ],
  [/^(.+) has no column (.+)$/, '$1 缺少列 $2'],
  [/^(.+) has column (.+) twice$/, '$1 的列 $2 出现了两次'],
  [/^(.+) has columns (.+) and (.+), which both mean (.+)$/, '$1 的列 $2 和 $3 都表示 $4'],
  [/^(.+) is empty$/, '$1 是空的'],
  [/^(.+) cannot be read as Parquet: (.+)$/, '$1 不能当作 Parquet 读取：$2'],
  [/^(.+) is not a whole gzip file: (.+)$/, '$1 不是完整的 gzip 文件：$2'],
  [/^(.+) does not begin with a row of column names: (.+)$/, '$1 的第一行不是列名：$2'],
  [/^(.+) cannot be opened \((.+)\)$/, '$1 打不开（$2）'],
  [/^(.+) is no directory$/, '$1 不是目录'],
  [/^There is no dialect (.+)$/, '没有方言 $1'],
  [
    /^The dialect does not say how (.+) of (\w+) is made from (.+)$/,
    '方言没有说明如何由 $3 得出 $2 的 $1',
  ],
  [/^(.+) is not JSON: (.+)$/, '$1 不是 JSON：$2'],
  [/^(.+) is not as expected at (.+): (.+)$/, '$1 在 $2 处不符合要求：$3'],
  [/^The import ledger changed meanwhile$/, '导入台账同时被别的任务改动'],
  [/^Import (\d+) is (\w+) already$/, '第 $1 次导入已经是 $2 状态'],
  [/^No settlements have been imported$/, '还没有导入任何结算'],
  [/^The period (\S+) to (\S+) is empty(?: or no date)?$/, '期间 $1 至 $2 是空的'],
  [/^(.+) to (.+) is no period$/, '$1 至 $2 不是一段期间'],
  [/^The rows that (.+) (?:was|were) made of were pruned since$/, '$1 所用的数据后来被清理了'],
  [
    /^Ledger version (\d+) was pruned away while it was being searched$/,
    '台账版本 $1 在查找时被清理了',
  ],
  [
    /^The process of a task ended by itself, perhaps out of memory$/,
    '任务进程自行结束，可能是内存不足',
  ],
  [/^The queue is away: (.+)$/, '队列连不上：$1'],
  [/^Redis is away: (.+)$/, 'Redis 连不上：$1'],
  [/^The queue lost parts of the job: (.+)$/, '队列丢失了任务的一部分：$1'],
  [/^Neo4j at (\S+) does not answer: (.+)$/, 'Neo4j（$1）没有回应：$2'],
  [/^Neo4j at (\S+) is too busy: (.+)$/, 'Neo4j（$1）太忙：$2'],
  [/^Another process took over writing to the graph store$/, '另一个进程接手写图库'],
  [
    /^The graph shows ledger version (\d+); the change begins at (\d+)$/,
    '图库显示的是台账版本 $1，改动从 $2 开始',
  ],
  [/^The graph store (.+) cannot be opened: (.+)$/, '图库 $1 打不开：$2'],
  [/^(.+) not found$/, '找不到 $1'],
  [/^Cancelled$/, '已取消'],
];

const REMEDIES: Sentences = [
  [/^Save (.+) as \.csv$/, '请把 $1 另存为 .csv'],
  [/^Name the directory that holds the tables\.?$/, '请指明存放各表的目录'],
  [
    /^It has (.+); name another directory or another --dialect$/,
    '目录里有 $1；请换一个目录，或换一种方言',
  ],
  [
    /^Name the columns as in the platform, or map them in a dialect file$/,
    '请按平台字段命名各列，或在方言文件里写明对应关系',
  ],
  [/^Correct the dialect file, or the export$/, '请改正方言文件或导出文件'],
  [/^Add it to the dialect file$/, '请在方言文件里补上'],
  [
    /^Leave one of them out, so that it is clear which counts$/,
    '请去掉其中一个，以免分不清以哪个为准',
  ],
  [/^Export the table again(?:, with its header)?$/, '请重新导出该表（要有表头）'],
  [
    /^The first row names the columns; export the table again as CSV$/,
    '第一行应是列名；请重新导出为 CSV',
  ],
  [/^Pack the file again$/, '请重新压缩该文件'],
  [/^Check who may read it$/, '请检查读取权限'],
  [
    /^Known are (.+); a file (.+) in the data directory adds one$/,
    '已有 $1；在数据目录里放 $2 可以新增',
  ],
  [
    /^Correct the file, or remove it to use the one that ships with the program$/,
    '请改正该文件，或删去它以使用程序自带的',
  ],
  [/^Run `ringfence import DIR` first\.$/, '请先导入数据'],
  [/^Run `ringfence rebuild` first\.$/, '请先重建一次'],
  [/^Start the rebuild again\.$/, '请重新开始重建'],
  [/^Let --from stand before --to\.$/, '开始日期要早于结束日期'],
  [/^See `ringfence imports list`$/, '请看导入台账'],
  [/^Jobs are kept, and go on when it is back\.$/, '任务都保留着，恢复后继续'],
  [
    /^Start the server or correct NEO4J_URL; what was being written is repeated by its job\.$/,
    '请启动服务器或改正 NEO4J_URL；没写完的会由任务重做',
  ],
  [/^Nothing is lost: the job that wrote is repeated\.$/, '没有丢失：写入的任务会重做'],
  [
    /^Try again(?:; if it stays so, give the server more memory)?\.?$/,
    '请再试一次；如果一直这样，请给服务器更多内存',
  ],
];

const ALL: Sentences = [...WARNINGS, ...CAUSES, ...REMEDIES];

/** A sentence of the server in the reader's language. */
export function said(text: string, lang: 'zh' | 'en'): string {
  if (lang === 'en') return text;
  const known = ALL.find(([pattern]) => pattern.test(text));
  return known ? text.replace(known[0], known[1]) : text;
}
