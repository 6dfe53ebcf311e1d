"""News-like texts in scripts of which there are no shared articles: words drawn from a vocabulary, seeded."""

import random

CHINESE = (  # noqa: SIM905 (a list of 110 lines reads worse)
    "政府 总统 经济 会议 国家 人民 城市 发展 世界 公司 市场 银行 投资 增长 贸易 协议 部长 外交 安全 军队 "
    "选举 议会 法律 法院 警察 调查 报告 记者 新闻 媒体 学校 学生 大学 教育 医院 医生 病人 疫情 疫苗 卫生 "
    "环境 气候 能源 石油 电力 铁路 飞机 汽车 技术 网络 数据 科学 研究 专家 工人 农民 企业 价格 收入 税收 "
    "预算 改革 计划 项目 建设 工程 地区 中心 首都 北京 上海 广州 美国 日本 欧洲 非洲 昨天 今天 明天 上午 "
    "下午 星期 年度 百分 万元 亿元 表示 认为 指出 宣布 强调 要求 批准 拒绝 支持 反对 增加 减少 提高 降低 "
    "开始 结束 继续 停止 参加 举行 发生 造成 导致 影响 解决 问题 困难 机会 目标 原因 结果 情况 方面 之间"
).split()
ARABIC = (  # noqa: SIM905 (the same)
    "الحكومة الرئيس الوزير البرلمان الانتخابات القانون المحكمة الشرطة التحقيق التقرير الصحفي الجريدة الاقتصاد "
    "السوق البنك الاستثمار النمو التجارة الاتفاق الأمن الجيش الحدود المدينة العاصمة القاهرة بغداد دمشق بيروت "
    "الرياض المدرسة الجامعة الطلاب التعليم المستشفى الطبيب المرضى الوباء اللقاح الصحة البيئة المناخ الطاقة "
    "النفط الكهرباء المياه الطريق الطائرة السيارة التقنية البيانات العلم البحث الخبراء العمال الفلاحين الشركة "
    "الأسعار الدخل الضرائب الميزانية الإصلاح الخطة المشروع البناء المنطقة المركز أمس اليوم غدا الصباح المساء "
    "الأسبوع السنة قال أعلن أكد أضاف طالب رفض وافق دعم عارض زاد انخفض ارتفع بدأ انتهى استمر توقف شارك عقد وقع "
    "أدى أثر حل مشكلة صعوبة فرصة هدف سبب نتيجة حالة جانب بين على إلى من في عن مع بعد قبل خلال ضد حول تحت فوق"
).split()


def write_texts(vocabulary: list[str], joiner: str, stop: str, count: int, seed: int) -> list[str]:
    """Return `count` texts of 12 to 30 sentences of 8 to 24 words each, in paragraphs of three sentences."""
    rng = random.Random(seed)
    texts = []
    for _ in range(count):
        sentences = [
            joiner.join(rng.choices(vocabulary, k=rng.randint(8, 24))) + stop for _ in range(rng.randint(12, 30))
        ]
        texts.append("\n".join(joiner.join(sentences[i : i + 3]) for i in range(0, len(sentences), 3)))
    return texts


def write_chinese(count: int) -> list[str]:
    """Return Chinese texts."""
    return write_texts(CHINESE, "", "。", count, seed=11)


def write_arabic(count: int) -> list[str]:
    """Return Arabic texts."""
    return write_texts(ARABIC, " ", ".", count, seed=12)
