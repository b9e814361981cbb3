"""The labels of the national system in the spellings that files have. Import is by label, never by bare code."""

from carehub.sheets.words import squeezed
from members.models import Organization, Person, Post

Category, Occupation, Role, Kind, Sex = Person.Category, Person.Occupation, Post.Role, Organization.Kind, Person.Sex


def spelled(table: dict[str, str]) -> dict[str, str]:
    """Return {spelling: value} of {value: "spelling spelling …"}."""
    return {squeezed(word): value for value, words in table.items() for word in words.split()}


SEXES = spelled({Sex.MALE: "男 男性 男士", Sex.FEMALE: "女 女性 女士"})

PEOPLES = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 "
    "柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 "
    "塔塔尔 独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
).split()
ETHNICITIES = {squeezed(name + ending): name + "族" for name in PEOPLES for ending in ("", "族")}
ETHNICITIES |= spelled({"其他": "其他 其它", "外国血统中国籍人士": "外国血统中国籍人士 外国血统 外国血统中国籍"})

EDUCATIONS = spelled(
    {
        "博士研究生": "博士研究生 博士 博士研究生毕业 研究生(博士)",
        "硕士研究生": "硕士研究生 硕士 硕士研究生毕业 研究生(硕士)",
        "硕士生班": "硕士生班 研究生班",
        "研究生": "研究生 研究生教育",
        "中央党校研究生": "中央党校研究生",
        "省（区、市）委党校研究生": "省(区、市)委党校研究生 省委党校研究生 党校研究生",
        "大学本科": "大学本科 本科 大学 大学本科毕业 全日制本科 本科毕业 大本",
        "大学专科": "大学专科 大专 专科 大学专科毕业 专科毕业 高职 高职高专",
        "大学普通班": "大学普通班",
        "第二学士学位班": "第二学士学位班 双学士",
        "党校大学": "党校大学 党校本科 中央党校大学 省委党校大学",
        "党校大专": "党校大专 中央党校大专 省委党校大专",
        "中等专科": "中等专科 中专 中等职业 中等职业教育 中师",
        "职业高中": "职业高中 职高",
        "技工学校": "技工学校 技校",
        "高中": "高中 普通高中 普高",
        "初中": "初中 初级中学",
        "小学": "小学",
        "其他": "其他 其它 文盲 半文盲",
    }
)

CATEGORIES = spelled(
    {
        Category.FULL: "正式党员 正式 中共党员",
        Category.PROBATIONARY: "预备党员 预备 中共预备党员",
        Category.DEVELOPMENT: "发展对象",
        Category.ACTIVIST: "入党积极分子 积极分子",
        Category.APPLICANT: "入党申请人 申请人",
        Category.NON_MEMBER: "非党员 群众 非中共党员",
    }
)

OCCUPATIONS = spelled(
    {
        Occupation.STAFF: (
            "在岗职工 公有制单位 党政机关工作人员 党政机关 事业单位管理人员 事业单位管理岗位 事业单位专业技术人员 "
            "事业单位专业技术岗位 专业技术人员 专业技术岗位 专任教师 教师 教职工 教工 管理人员 管理岗位 管理岗 "
            "行政人员 专技岗 辅导员 工勤技能 工勤技能人员 工勤技能岗位 工人 职工 在职 在职教职工 在职职工 "
            "科研人员 企业管理人员 企业专业技术人员 公有制企业管理人员 公有制企业专业技术人员 "
            "教辅人员 教学科研岗 双肩挑 干部"
        ),
        Occupation.STUDENT: (
            "学生 本科生 研究生 硕士生 博士生 硕士研究生 博士研究生 专科生 在校学生 大学生 本科学生 专科学生"
        ),
        Occupation.RETIRED: (
            "离退休人员 离退休 退休 离休 退休人员 离休人员 离退休教职工 退休教师 退休职工 离休干部 退休干部"
        ),
        Occupation.OTHER: (
            "其他 其它 农牧渔民 农民 军人武警 军人 武警 非公有制单位 社会组织 自由职业 自由职业者 灵活就业 待业 "
            "无业 未就业 毕业未就业 个体工商户 非公有制经济单位 其他职业人员 其他人员"
        ),
    }
)

STANDINGS = spelled({"normal": "正常 正式 有效", "suspended": "停止党籍 停止"})
YES_NO = spelled({"yes": "是 有 √ y yes true 1 失联 流动", "no": "否 不是 没有 × n no false 0 正常"})

KINDS = spelled(
    {
        Kind.COMMITTEE: "党委 党的委员会 基层党委 党委(611)",
        Kind.GENERAL_BRANCH: "党总支 党总支部 总支 党总支部委员会",
        Kind.BRANCH: "党支部 支部 直属党支部 联合党支部 第一党支部 党支部委员会 联合支部 直属支部",
        Kind.GROUP: "党小组 小组",
    }
)
DIRECT_BRANCH = squeezed("直属党支部")

ROLES = spelled(
    {
        Role.SECRETARY: "书记 党支部书记 支部书记 党总支书记 总支书记 党委书记",
        Role.DEPUTY: "副书记 党支部副书记 支部副书记 党总支副书记 总支副书记 党委副书记",
        Role.ORGANIZER: "组织委员",
        Role.PUBLICITY: "宣传委员",
        Role.DISCIPLINE: "纪检委员 纪律检查委员",
        Role.YOUTH: "青年委员",
        Role.UNITED_FRONT: "统战委员",
        Role.COMMISSIONER: "委员 支委 党委委员 党总支委员 支部委员",
        Role.ORGANIZING_CLERK: "组织员 总支组织员 专职组织员 党总支组织员",
        Role.GROUP_LEADER: "党小组组长 党小组长 组长 小组长",
        Role.LEADER: "校级领导 校领导 校级党员领导干部 校级党员领导",
        Role.CADRE: "中层干部 中层 中层正职 中层副职 处级干部",
        Role.DEPARTMENT_CLERK: "组织部经办 组织部经办人 党委组织部经办",
        Role.DEPARTMENT_HEAD: "组织部负责人 组织部部长 组织部长 党委组织部部长 党委组织部负责人",
        Role.APPROVER: "党委审批人 党委审批",
        Role.RETIREES_OFFICE: "离退休工作处 离退休处 离退休工作处经办",
        Role.STUDENTS_OFFICE: "学生工作部/团委 学生工作部 团委 学工部 学生工作部、团委 学生工作部(团委)",
        Role.PERSONNEL_OFFICE: "人事处",
        Role.UNION: "工会",
        Role.FINANCE: "财务处",
        Role.DISCIPLINE_OFFICE: "纪委 纪委办公室",
        Role.PUBLICITY_OFFICE: "宣传部 党委宣传部",
        Role.SYSTEM_ADMIN: "系统管理员",
        Role.SECURITY_ADMIN: "安全管理员 安全保密管理员",
        Role.AUDIT_ADMIN: "审计管理员 安全审计员",
    }
)
MANNERS = spelled(
    {
        Post.Manner.FORMAL: "正式 专职 任职",
        Post.Manner.ACTING: "主持工作 主持 代理 临时主持工作 主持工作(代理)",
        Post.Manner.PART_TIME: "兼职 兼任",
    }
)


def label_in(table: dict[str, str], text: str) -> str | None:
    """Return the value of a label in any of its spellings."""
    return (table.get(text) or table.get(squeezed(text))) if text else None
