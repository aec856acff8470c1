//! Everything that can go wrong in a use case, each with its stable code, status and words.

use crate::auth::password::NotHashed;
use crate::auth::token::BadToken;
use crate::domain::fault::Faults;
use crate::domain::file::Unfit;
use crate::domain::id::ChallengeId;
use crate::domain::payment::Block;
use crate::domain::policy::{Action, Kind, Tie};
use crate::domain::refusal::Refusal;
use crate::store::Unavailable;

/// A denied act, as the audit log remembers it.
#[derive(Clone, Debug)]
pub struct Denial {
    /// What was tried.
    pub action: Action,
    /// On what kind of object.
    pub kind: Kind,
    /// On which object.
    pub id: String,
    /// How the actor stands to it.
    pub tie: Tie,
    /// Whether the actor may not even know that it exists.
    pub hidden: bool,
    /// The round whose seal covers it.
    pub seal: Option<(ChallengeId, i32)>,
}

/// Why a use case did not happen. Nothing was written, but for the audit row of a denial.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// No token, or none that is taken.
    #[error("not authenticated")]
    Unauthenticated(Option<BadToken>),
    /// E-mail or password are wrong, or the account is not in use: never said which.
    #[error("wrong credentials")]
    WrongCredentials,
    /// The password is right, but the profile wants a new one by now.
    #[error("password expired")]
    PasswordExpired,
    /// The code of the second factor is wrong, or was used before.
    #[error("wrong code: {0:?}")]
    WrongCode(Box<Denial>),
    /// The passphrase of a custodian is wrong.
    #[error("wrong passphrase: {0:?}")]
    WrongPassphrase(Box<Denial>),
    /// Too many wrong passwords, or requests for a link: nothing is looked at for so many seconds.
    #[error("too many attempts: {0} s")]
    TooManyAttempts(i64),
    /// A machine key was used more often than its rate: to be tried again in so many seconds.
    #[error("too fast: {0} s")]
    TooFast(i64),
    /// The scopes of the machine key do not name what it was used for.
    #[error("out of scope")]
    OutOfScope,
    /// A link to a new password is unknown, was used, or its time is over: never said which.
    #[error("dead link")]
    DeadLink,
    /// Too many passwords wait to be hashed.
    #[error("overloaded")]
    Overloaded,
    /// Too many wrong codes: none is looked at for a while.
    #[error("too many codes")]
    TooManyCodes,
    /// The last proof of who the caller is was too long ago for this.
    #[error("step-up needed")]
    StepUpNeeded,
    /// One of the caller's roles needs a second factor, and there is none yet.
    #[error("second factor missing")]
    SecondFactorMissing,
    /// Not allowed.
    #[error("denied: {0:?}")]
    Denied(Box<Denial>),
    /// Not there.
    #[error("not found")]
    NotFound,
    /// A rule says no.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The stage does not allow it.
    #[error("wrong stage: {stage}")]
    WrongStage {
        /// Where the record stands.
        stage: &'static str,
        /// What the caller may do instead.
        allowed: Vec<Action>,
    },
    /// A payment may not move on for now: for these reasons.
    #[error("blocked: {0:?}")]
    Blocked(Vec<Block>),
    /// Values are wrong.
    #[error("faults: {0:?}")]
    Faults(Faults),
    /// The record is not the version that the caller named.
    #[error("stale version")]
    Stale,
    /// Someone else changed the record at the same moment.
    #[error("changed meanwhile")]
    Changed,
    /// Something unique is there already; the field that must differ.
    #[error("duplicate {0}")]
    Duplicate(&'static str),
    /// The idempotency key was used for another request.
    #[error("idempotency key reused")]
    KeyReused,
    /// The database cannot be asked right now.
    #[error("unavailable: {0}")]
    Unavailable(#[from] Unavailable),
    /// The clock has been set back: what depends on the time waits until it has caught up.
    #[error("the clock was set back")]
    ClockBehind,
    /// A file that is not taken.
    #[error("not taken: {0:?}")]
    Unfit(Unfit),
    /// Something that should not happen.
    #[error("internal: {0}")]
    Internal(String),
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Unfit> for AppError {
    fn from(unfit: Unfit) -> Self {
        Self::Unfit(unfit)
    }
}

impl From<Faults> for AppError {
    fn from(faults: Faults) -> Self {
        Self::Faults(faults)
    }
}

/// A row that was read and is not as it was any more is a conflict; every other error of the database is "come back".
impl From<diesel_error::Error> for AppError {
    fn from(error: diesel_error::Error) -> Self {
        match error {
            diesel_error::Error::NotFound => Self::Changed,
            diesel_error::Error::SerializationError(e) | diesel_error::Error::DeserializationError(e) => Self::Internal(e.to_string()),
            other => Self::Unavailable(Unavailable::Transaction(other)),
        }
    }
}

use crate::store::diesel_error;

impl From<NotHashed> for AppError {
    fn from(error: NotHashed) -> Self {
        match error {
            NotHashed::Overloaded => Self::Overloaded,
            NotHashed::Failed => Self::Internal(error.to_string()),
        }
    }
}

impl AppError {
    /// The same error of what stands in this field of a larger input.
    #[must_use]
    pub fn within(self, field: &str) -> Self {
        match self {
            Self::Faults(Faults(faults)) => Self::Faults(Faults(faults.into_iter().map(|fault| fault.within(field)).collect())),
            other => other,
        }
    }
}

/// Reads a unique violation as "`field` is taken", every other error as itself.
pub fn taken(field: &'static str) -> impl FnOnce(diesel_error::Error) -> AppError {
    move |error| if crate::store::dialect::is_duplicate(&error) { AppError::Duplicate(field) } else { error.into() }
}

/// One row of the table of errors.
#[derive(Clone, Copy, Debug)]
pub struct ErrorRow {
    /// Stable code.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Message in Chinese.
    pub zh: &'static str,
    /// Message in English.
    pub en: &'static str,
}

const fn row(code: &'static str, status: u16, zh: &'static str, en: &'static str) -> ErrorRow {
    ErrorRow { code, status, zh, en }
}

impl AppError {
    /// What the audit log remembers of it, though nothing else was written.
    #[must_use]
    pub fn denial(&self) -> Option<&Denial> {
        match self {
            Self::Denied(denial) | Self::WrongCode(denial) | Self::WrongPassphrase(denial) => Some(denial),
            _ => None,
        }
    }

    /// Code, status and words of this error.
    #[must_use]
    pub fn row(&self) -> ErrorRow {
        match self {
            Self::Unauthenticated(None) => row("unauthenticated", 401, "请先登录", "Sign in first."),
            Self::Unauthenticated(Some(BadToken::Invalid)) => row("invalid_token", 401, "登录凭证无效", "The token is not valid."),
            Self::Unauthenticated(Some(BadToken::Expired)) => {
                row("expired_token", 401, "登录已结束或凭证已过期", "The session is over, or the token has expired.")
            }
            Self::WrongCredentials => row("wrong_credentials", 401, "邮箱或密码不正确", "E-mail address or password is wrong."),
            Self::PasswordExpired => row(
                "password_expired",
                403,
                "密码已超过90天，请通过“忘记密码”重新设置",
                "The password is older than 90 days: ask for a link to a new one.",
            ),
            Self::WrongCode(_) => row("wrong_code", 401, "验证码不正确或已使用", "The code is wrong or was used before."),
            Self::WrongPassphrase(_) => row("wrong_passphrase", 401, "保管口令不正确", "The custody passphrase is wrong."),
            Self::TooManyCodes => {
                row("too_many_codes", 429, "验证码错误次数过多，请15分钟后再试", "Too many wrong codes: try again in 15 minutes.")
            }
            Self::TooManyAttempts(_) => row("too_many_attempts", 429, "尝试次数过多，请稍后再试", "Too many attempts: try again later."),
            Self::TooFast(_) => row("too_many_requests", 429, "请求过于频繁，请稍后再试", "Too many requests: try again later."),
            Self::OutOfScope => {
                row("insufficient_scope", 403, "此机器密钥的权限范围不含此操作", "The scopes of this machine key do not include this.")
            }
            Self::DeadLink => row(
                "dead_link",
                410,
                "链接无效、已使用或已过期，请重新申请",
                "This link is not valid, was used, or has expired: ask for a new one.",
            ),
            Self::Overloaded => row("overloaded", 503, "登录请求过多，请稍后重试", "Too many sign-ins at once: try again soon."),
            Self::StepUpNeeded => row(
                "step_up_required",
                401,
                "此操作须在5分钟内验证过身份，请再次验证",
                "This needs a proof of who you are that is at most five minutes old.",
            ),
            Self::SecondFactorMissing => row(
                "second_factor_required",
                403,
                "您的角色必须使用第二因素，请先设置",
                "One of your roles needs a second factor: set it up first.",
            ),
            Self::Denied(denial) if denial.hidden => Self::NotFound.row(),
            Self::Denied(denial) => {
                let (zh, en) = denial.tie.words();
                row("forbidden", 403, zh, en)
            }
            Self::NotFound => row("not_found", 404, "没有这条记录", "There is no such record."),
            Self::Refused(refusal) => refused(*refusal),
            Self::Blocked(_) => refused(Refusal::PaymentBlocked),
            Self::WrongStage { .. } => row("wrong_stage", 409, "当前阶段不能进行此操作", "The stage of the record does not allow this."),
            Self::Faults(_) => row("invalid", 422, "提交的内容有误", "What was sent is not valid."),
            Self::Stale => row("stale_version", 412, "记录已被修改，请重新读取", "The record has changed since you read it."),
            Self::Changed => row(
                "changed_meanwhile",
                409,
                "记录刚被他人修改，请重新读取后再试",
                "The record was changed at the same moment: read it again.",
            ),
            Self::Duplicate(_) => row("already_exists", 409, "已存在相同的记录", "A record with the same unique value exists already."),
            Self::KeyReused => {
                row("idempotency_key_reused", 422, "该幂等键已用于另一请求", "The idempotency key was used for another request.")
            }
            Self::Unavailable(_) => row("unavailable", 503, "服务繁忙，请稍后重试", "The service is busy: try again soon."),
            Self::ClockBehind => {
                row("clock_behind", 503, "系统时钟被拨回，与时限有关的操作暂停", "The clock was set back: what depends on the time waits.")
            }
            Self::Unfit(unfit) => unfit_row(*unfit),
            Self::Internal(_) => row("internal", 500, "服务内部错误", "Something went wrong in the service."),
        }
    }
}

/// Code, status and words of a rule that says no.
const fn refused(refusal: Refusal) -> ErrorRow {
    let (code, zh, en) = refusal.words();
    row(code, 409, zh, en)
}

/// Code, status and words of a file that is not taken.
fn unfit_row(unfit: Unfit) -> ErrorRow {
    match unfit {
        Unfit::TooLarge => row("file_too_large", 413, "文件超过大小上限", "The file is larger than a file may be."),
        Unfit::BidFull => row("bid_too_large", 413, "本申请的附件总量超过上限", "The files of this bid together would be too large."),
        Unfit::ProjectFull => {
            row("project_too_large", 413, "本项目的证明材料总量超过上限", "The files of this project together would be too large.")
        }
        Unfit::TooMany => row("too_many_files", 409, "附件数量已达上限", "There are as many files as there may be."),
        Unfit::OverQuota => {
            row("quota_exceeded", 413, "贵单位的附件总量超过配额", "The files of your organisation would exceed its quota.")
        }
        Unfit::Kind => row(
            "file_type",
            415,
            "只接受内容与扩展名相符的PDF、PNG、JPEG、DOCX、XLSX、OFD文件",
            "Only PDF, PNG, JPEG, DOCX, XLSX and OFD are taken, and the content must be what the name says.",
        ),
        Unfit::Infected => {
            row("infected", 422, "病毒扫描发现问题，文件未被接收", "The virus scanner found something: the file is not taken.")
        }
        Unfit::Unscanned => {
            row("scanner_unavailable", 503, "病毒扫描暂不可用，请稍后重试", "The virus scanner does not answer: try again soon.")
        }
        Unfit::Busy => row("busy", 503, "正在上传的文件过多，请稍后重试", "Too many uploads at once: try again soon."),
    }
}
