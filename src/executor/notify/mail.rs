//! A mail by SMTP. Its Message-ID comes from the notice's key, so that a second copy is known for
//! one, and mails about the same thing name the same thread.

use crate::{
    executor::notify::{Undelivered, Worded, secret},
    model::{Fingerprint, Login, Mail, MailTls, Span, plain},
};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    address::AddressError,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{authentication::Credentials, client::Tls},
};
use std::{
    error::Error,
    time::{Duration, UNIX_EPOCH},
};

/// For each step of the conversation.
const STEP_WITHIN: Span = Span::seconds(10);
const WORDS: usize = 200;

pub(super) async fn send(mail: &Mail, worded: &Worded<'_>) -> Result<(), Undelivered> {
    let message = message(mail, worded).map_err(|why| Undelivered::Refused {
        why: format!("it makes no mail: {}", words(why.as_ref())),
    })?;
    let transport = transport(mail).await?;
    match transport.send(message).await {
        Ok(_taken) => Ok(()),
        Err(why) => {
            let code = why.status().map(u16::from);
            // A login that is refused may be mended; what is said of the mail itself will not.
            let about_login = code.is_some_and(|code| (530..=538).contains(&code));
            let why_words = words(&why);
            Err(if why.is_permanent() && !about_login {
                Undelivered::Refused { why: why_words }
            } else {
                Undelivered::later(why_words)
            })
        }
    }
}

fn message(mail: &Mail, worded: &Worded<'_>) -> Result<Message, Box<dyn Error + Send + Sync>> {
    let notice = &worded.notice;
    let (_, domain) = mail.from.split_once('@').unwrap_or(("", "localhost"));
    let id = |of: &str| format!("<{}@{domain}>", Fingerprint::of(&(worded.route, of)));
    let sent = UNIX_EPOCH + Duration::from_millis(u64::try_from(notice.at.0).unwrap_or(0));
    let raw = |name: &'static str, value: &str| {
        HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
    };
    let mut builder = Message::builder()
        .from(Mailbox::new(
            Some("Pilothouse".to_owned()),
            mail.from.parse()?,
        ))
        .subject(&notice.title)
        .date(sent)
        .message_id(Some(id(&notice.key)))
        .references(id(&notice.about))
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .header(ContentType::TEXT_PLAIN);
    for to in &mail.to {
        builder = builder.to(address(to)?);
    }
    let text = format!("{}\n\n{}\n", notice.title, worded.text);
    Ok(builder.body(text)?)
}

fn address(text: &str) -> Result<Mailbox, AddressError> {
    Ok(Mailbox::new(None, text.parse()?))
}

async fn transport(mail: &Mail) -> Result<AsyncSmtpTransport<Tokio1Executor>, Undelivered> {
    type Transport = AsyncSmtpTransport<Tokio1Executor>;
    let (host, port) = match mail.server.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()),
        None => (mail.server.as_str(), None),
    };
    let builder = match mail.tls {
        MailTls::Tls => Transport::relay(host),
        MailTls::Starttls => Transport::starttls_relay(host),
        MailTls::None => Ok(Transport::builder_dangerous(host).tls(Tls::None)),
    };
    let mut builder = builder
        .map_err(|why| Undelivered::later(words(&why)))?
        .timeout(Some(STEP_WITHIN.std()));
    if let Some(port) = port {
        builder = builder.port(port);
    }
    if let Some(Login::Password { user, file }) = &mail.login {
        let password = secret(file).await?;
        builder = builder.credentials(Credentials::new(user.clone(), password));
    }
    Ok(builder.build())
}

/// What went wrong, with its causes.
fn words(why: &(dyn Error + 'static)) -> String {
    let mut text = why.to_string();
    let mut cause = why.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    plain(&text, WORDS)
}
