//! `codes!`: one line a value makes an enum with its API code and its Chinese name.
//!
//! Every closed list of the product (stages, roles, sectors…) is made by it, so that parsing, printing, the OpenAPI
//! schema and the error message that lists the accepted codes cannot drift apart.

/// Declares an enum whose values carry an API code and a Chinese name: `Draft = "draft" "起草"`.
macro_rules! codes {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($variant:ident = $code:literal $zh:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name { $(#[doc = $zh] $variant),+ }

        impl $name {
            /// Every value, in the order of its declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Every code, in the same order.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// The stable code used by the API, the database and the audit log.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The name that Chinese readers see.
            #[must_use]
            pub const fn zh(self) -> &'static str {
                match self { $(Self::$variant => $zh),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::fault::Fault;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($code => Ok(Self::$variant),)+
                    _ => Err($crate::domain::fault::Fault::unknown_code(Self::CODES)),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        impl utoipa::ToSchema for $name {}
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some(Self::CODES.iter().copied()))
                    .description(Some([$(concat!($code, " ", $zh)),+].join(" · ")))
                    .into()
            }
        }

        impl From<$name> for $crate::domain::ledger::Value {
            fn from(value: $name) -> Self {
                Self::Code(value.code(), value.zh())
            }
        }

        $crate::domain::input::text_value!($name);
    };
}
pub(crate) use codes;
