//! Typed records over a [`Store`]: JSON with a version, brought up to date when it is read.
//!
//! A record carries `"v"`; one without it is of version 0. Reading migrates in memory, the next write stores the new
//! form, so that no start has to rewrite everything.

use std::marker::PhantomData;
use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Expect, Key, Prefix, Revision, Store, StoreError, Versioned, Write};

/// A type that is kept in the store.
pub trait Record: Serialize + DeserializeOwned {
    /// What is written as `"v"`. Raise it when an older hub could not read the new form.
    const VERSION: u32;

    /// Brings a record from version `from` to `from + 1`. Called until [`Record::VERSION`] is reached.
    ///
    /// # Errors
    /// What is wrong with the record.
    fn migrate(from: u32, fields: &mut Map<String, Value>) -> Result<(), String>;
}

/// The records of one noun. Clones share the store.
pub struct Collection<T> {
    store: Arc<dyn Store>,
    prefix: Prefix,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for Collection<T> {
    fn clone(&self) -> Self {
        Collection { store: Arc::clone(&self.store), prefix: self.prefix, kind: PhantomData }
    }
}

/// A record read back, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<T> {
    /// Where.
    pub key: Key,
    /// For the next put.
    pub revision: Revision,
    /// What.
    pub value: T,
}

impl<T: Record> Collection<T> {
    /// The records under `prefix`.
    pub fn new(store: Arc<dyn Store>, prefix: Prefix) -> Collection<T> {
        Collection { store, prefix, kind: PhantomData }
    }

    /// The record, if there is one.
    pub fn get(&self, key: &Key) -> Result<Option<Stored<T>>, StoreError> {
        self.store.get(key)?.map(|record| decode(key.clone(), record)).transpose()
    }

    /// Records in key order, those after `after`; limits as in [`Store::list`].
    pub fn list(&self, after: Option<&Key>, limit: usize) -> Result<Vec<Stored<T>>, StoreError> {
        let page = self.store.list(&self.prefix, after, limit)?;
        page.into_iter().map(|(key, record)| decode(key, record)).collect()
    }

    /// Records in falling key order, those before `before`; limits as in [`Store::list`].
    pub fn list_reverse(
        &self,
        before: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        let page = self.store.list_reverse(&self.prefix, before, limit)?;
        page.into_iter().map(|(key, record)| decode(key, record)).collect()
    }

    /// Writes a record that must not exist yet.
    pub async fn create(&self, key: Key, value: &T) -> Result<Revision, StoreError> {
        self.put(key, value, Expect::Absent).await
    }

    /// Writes a record if `expect` holds.
    pub async fn put(&self, key: Key, value: &T, expect: Expect) -> Result<Revision, StoreError> {
        let write = self.write(key, value, expect)?;
        first(self.store.commit(vec![write]).await?)
    }

    /// Removes a record if `expect` holds.
    pub async fn delete(&self, key: Key, expect: Expect) -> Result<(), StoreError> {
        self.store.commit(vec![Write::Delete { key, expect }]).await.map(drop)
    }

    /// The step that [`Collection::put`] would do, for a commit of several.
    pub fn write(&self, key: Key, value: &T, expect: Expect) -> Result<Write, StoreError> {
        Ok(Write::Put { value: encode(&key, value)?, key, expect })
    }
}

fn first(revisions: Vec<Revision>) -> Result<Revision, StoreError> {
    revisions
        .first()
        .copied()
        .ok_or_else(|| StoreError::Corrupt("a write without a revision".into()))
}

fn encode<T: Record>(key: &Key, value: &T) -> Result<Bytes, StoreError> {
    #[derive(Serialize)]
    struct Envelope<'a, T> {
        v: u32,
        #[serde(flatten)]
        value: &'a T,
    }
    serde_json::to_vec(&Envelope { v: T::VERSION, value })
        .map(Bytes::from)
        .map_err(|error| StoreError::Corrupt(format!("{key} cannot be written as JSON: {error}")))
}

fn decode<T: Record>(key: Key, record: Versioned) -> Result<Stored<T>, StoreError> {
    let value = parse(&record.value)
        .map_err(|problem| StoreError::Corrupt(format!("{key} cannot be read: {problem}")))?;
    Ok(Stored { key, revision: record.revision, value })
}

fn parse<T: Record>(bytes: &[u8]) -> Result<T, String> {
    let mut fields: Map<String, Value> =
        serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    let version = match fields.remove("v") {
        None => 0,
        Some(v) => {
            v.as_u64().and_then(|v| u32::try_from(v).ok()).ok_or("its version is no number")?
        }
    };
    if version > T::VERSION {
        return Err(format!(
            "it was written by a newer hub (version {version}, known {})",
            T::VERSION
        ));
    }
    for from in version..T::VERSION {
        T::migrate(from, &mut fields)?;
    }
    serde_json::from_value(Value::Object(fields)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::store::keys;
    use crate::store::memory::MemoryStore;

    /// Version 0 had one text, version 1 a list.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Account {
        roles: Vec<String>,
    }

    impl Record for Account {
        const VERSION: u32 = 1;

        fn migrate(_from: u32, fields: &mut Map<String, Value>) -> Result<(), String> {
            let role = fields.remove("role").ok_or("no role")?;
            fields.insert("roles".into(), Value::Array(vec![role]));
            Ok(())
        }
    }

    fn accounts(store: &MemoryStore) -> Collection<Account> {
        Collection::new(Arc::new(store.clone()), keys::USERS)
    }

    async fn fixture(store: &MemoryStore, json: &'static str) {
        let value = Bytes::from_static(json.as_bytes());
        let put = Write::Put { key: keys::user("ann"), value, expect: Expect::Absent };
        store.commit(vec![put]).await.unwrap();
    }

    #[tokio::test]
    async fn an_old_record_is_read_and_written_in_the_new_form() {
        let store = MemoryStore::new();
        fixture(&store, r#"{"role":"admin"}"#).await;
        let accounts = accounts(&store);
        let stored = accounts.get(&keys::user("ann")).unwrap().unwrap();
        assert_eq!(stored.value, Account { roles: vec!["admin".into()] });

        let expect = Expect::Revision(stored.revision);
        accounts.put(stored.key.clone(), &stored.value, expect).await.unwrap();
        let raw = store.get(&stored.key).unwrap().unwrap().value;
        assert_eq!(&raw[..], br#"{"v":1,"roles":["admin"]}"#);
        assert_eq!(accounts.list(None, 10).unwrap()[0].value, stored.value);
    }

    #[tokio::test]
    async fn what_cannot_be_read_is_named() {
        for (json, part) in [
            (r#"{"v":2,"roles":[]}"#, "newer hub"),
            (r#"{"v":"x"}"#, "no number"),
            (r#"{}"#, "no role"),
            (r#"{"v":1}"#, "roles"),
            ("[]", "user/ann"),
        ] {
            let store = MemoryStore::new();
            fixture(&store, json).await;
            let error = accounts(&store).get(&keys::user("ann")).unwrap_err().to_string();
            assert!(error.contains(part) && error.contains("user/ann"), "{error}");
        }
    }

    #[tokio::test]
    async fn creating_twice_and_deleting_a_changed_record_conflict() {
        let accounts = accounts(&MemoryStore::new());
        let key = keys::user("ann");
        let value = Account { roles: vec![] };
        let first = accounts.create(key.clone(), &value).await.unwrap();
        assert!(matches!(
            accounts.create(key.clone(), &value).await,
            Err(StoreError::Conflict { .. })
        ));
        accounts.put(key.clone(), &value, Expect::Any).await.unwrap();
        let stale = accounts.delete(key.clone(), Expect::Revision(first)).await;
        assert!(matches!(stale, Err(StoreError::Conflict { .. })));
        accounts.delete(key.clone(), Expect::Any).await.unwrap();
        assert_eq!(accounts.get(&key).unwrap(), None);
    }
}
