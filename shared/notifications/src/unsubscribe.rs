//! One click ends mail of a category (RFC 8058): a token that says who and what, which only we can make. It does not expire, as
//! the mail that holds it does not, and it names nobody's address.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use codex_edge::{Config, Platform};
use codex_kernel::{Error, Result, Timestamp, UserId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{Category, statements::UNSUBSCRIBE};

fn mac(config: &Config, payload: &str) -> Result<Hmac<Sha256>> {
    let secret = config.get("SESSION_SECRET")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| Error::configuration("SESSION_SECRET"))?;
    mac.update(b"unsubscribe:");
    mac.update(payload.as_bytes());
    Ok(mac)
}

fn token(config: &Config, user: UserId, category: Category) -> Result<String> {
    let payload = format!("{}{}", user.0.simple(), category.name());
    let tag = URL_SAFE_NO_PAD.encode(mac(config, &payload)?.finalize().into_bytes());
    Ok(format!("{payload}.{tag}"))
}

/// Where `user` ends mail of `category`, always the same: a mail that is sent again must not differ.
pub(crate) fn unsubscribe_address(config: &Config, user: UserId, category: Category) -> Result<String> {
    Ok(format!("{}/unsubscribe/{}", config.get("NOTIFICATIONS_URL")?, token(config, user, category)?))
}

/// Whose mail of which category `token` ends; 404 for one we did not make.
pub fn read_token(config: &Config, token: &str) -> Result<(UserId, Category)> {
    let unknown = || Error::not_found("subscription");
    let (payload, tag) = token.split_once('.').ok_or_else(unknown)?;
    let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| unknown())?;
    mac(config, payload)?.verify_slice(&tag).map_err(|_| unknown())?;
    let (user, category) = payload.split_at_checked(32).ok_or_else(unknown)?;
    let category = [Category::Marketing, Category::Digest].into_iter().find(|known| known.name() == category);
    Ok((user.parse().map_err(|_| unknown())?, category.ok_or_else(unknown)?))
}

/// Ends mail of the category that `token` names, which is answered. Doing it again changes nothing.
pub async fn unsubscribe(platform: &Platform, token: &str, now: Timestamp) -> Result<Category> {
    let (user, category) = read_token(&platform.config, token)?;
    let _: Vec<bool> = platform.database.all(&UNSUBSCRIBE, &[&user, &category.name(), &now]).await?;
    Ok(category)
}

#[cfg(test)]
mod tests {
    use codex_kernel::Id;

    use super::*;

    fn config(secret: &str) -> Config {
        Config::new([("SESSION_SECRET".to_owned(), secret.to_owned())])
    }

    #[test]
    fn a_token_is_bound_to_its_user_its_category_and_our_secret() {
        let ours = config("one");
        let (ada, bob) = (UserId::new(Timestamp::UNIX_EPOCH).unwrap(), UserId::new(Timestamp::UNIX_EPOCH).unwrap());
        let of_ada = token(&ours, ada, Category::Marketing).unwrap();
        assert_eq!(read_token(&ours, &of_ada).unwrap(), (ada, Category::Marketing));
        assert_eq!(of_ada, token(&ours, ada, Category::Marketing).unwrap(), "a mail sent again does not differ");
        let tag = of_ada.split_once('.').unwrap().1;
        for forged in [
            token(&config("two"), ada, Category::Marketing).unwrap(),
            format!("{}marketing.{tag}", bob.0.simple()),
            format!("{}digest.{tag}", ada.0.simple()),
            format!("{}marketing.", ada.0.simple()),
            of_ada[1..].to_owned(),
            of_ada.trim_end_matches(|_| true).to_owned(),
            "ü.ü".to_owned(),
            token(&ours, ada, Category::Transactional).unwrap(),
        ] {
            assert_eq!(read_token(&ours, &forged).unwrap_err().code, "NOT_FOUND", "{forged}");
        }
    }
}
