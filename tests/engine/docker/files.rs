//! Files into and out of containers.

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use quayside::runtime::{Runtime, RuntimeError};

use crate::real::{Container, docker, engine};

fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o640);
        header.set_mtime(1_700_000_000);
        builder.append_data(&mut header, path, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn pieces(bytes: Vec<u8>) -> quayside::runtime::ByteStream {
    let pieces: Vec<_> = bytes.chunks(10_000).map(|p| Ok(Bytes::copy_from_slice(p))).collect();
    stream::iter(pieces).boxed()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_is_listed_without_what_lies_deeper() {
    let script = "mkdir -p /d/sub/deep; echo hello >/d/file; ln -s file /d/link; chmod 1777 /d/sub; mkfifo /d/pipe;
        touch \"/d/$(head -c 200 /dev/zero | tr '\\0' n)\"; touch -d '2020-01-02 03:04:05' /d/file; echo x >/d/sub/deep/y;
        ln -s /d /to-d; echo ready; sleep 1000";
    let (engine, container) = (engine(), Container::run(&[], script));
    crate::real::until("it is made", async || docker(&["logs", &container.0]).contains("ready"))
        .await;
    let list = engine.files(&container.0, "/d").await.unwrap();
    let shown: Vec<_> =
        list.iter().map(|e| (e.name.as_str(), e.kind.as_str(), e.size, e.mode.as_str())).collect();
    let long = "n".repeat(200);
    assert_eq!(
        shown,
        [
            ("file", "file", 6, "-rw-r--r--"),
            ("link", "link", 0, "lrwxrwxrwx"),
            (long.as_str(), "file", 0, "-rw-r--r--"),
            ("pipe", "other", 0, "prw-r--r--"),
            ("sub", "directory", 0, "drwxrwxrwt"),
        ]
    );
    assert_eq!(list[0].modified, "2020-01-02T03:04:05Z");
    assert_eq!(engine.files(&container.0, "/to-d").await.unwrap(), list);
    assert_eq!(engine.files(&container.0, "/d/").await.unwrap(), list);
    assert_eq!(engine.files(&container.0, "/d/file").await.unwrap(), list[..1]);
    assert!(engine.files(&container.0, "/").await.unwrap().iter().any(|e| e.name == "bin"));
    let none = engine.files(&container.0, "/nobody").await;
    assert!(matches!(none, Err(RuntimeError::NotFound(m)) if m.contains("/nobody")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_directory_is_refused_and_not_half_shown() {
    let script = "dd if=/dev/zero of=/d bs=1M count=0; mkdir /huge; dd if=/dev/zero of=/huge/f bs=1M count=70; echo ready; sleep 1000";
    let (engine, container) = (engine(), Container::run(&[], script));
    crate::real::until("it is made", async || docker(&["logs", &container.0]).contains("ready"))
        .await;
    let refused = engine.files(&container.0, "/huge").await;
    assert!(matches!(refused, Err(RuntimeError::Failed(m)) if m.contains("64 MiB")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tar_goes_in_and_comes_out_as_it_was() {
    let (engine, container) = (engine(), Container::idle());
    let big: Vec<u8> = (0..3_000_000u32).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
    let sent = tar(&[("a.txt", b"hello"), ("sub/big", &big)]);
    engine.upload(&container.0, "/tmp", pieces(sent)).await.unwrap();
    assert_eq!(docker(&["exec", &container.0, "cat", "/tmp/a.txt"]), "hello");
    assert_eq!(
        docker(&["exec", &container.0, "stat", "-c", "%s %a", "/tmp/sub/big"]),
        "3000000 640"
    );
    let got = engine.download(&container.0, "/tmp/sub").await.unwrap();
    let got: Vec<Bytes> = got.try_collect().await.unwrap();
    let got = got.concat();
    let mut archive = tar::Archive::new(got.as_slice());
    let mut found = None;
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().ends_with("sub/big") {
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut entry, &mut content).unwrap();
            found = Some(content);
        }
    }
    assert!(found.unwrap() == big);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_tar_and_what_is_nowhere_is_refused() {
    let (engine, container) = (engine(), Container::idle());
    let garbage = pieces(vec![b'x'; 5_000]);
    assert!(matches!(
        engine.upload(&container.0, "/tmp", garbage).await,
        Err(RuntimeError::Invalid(_))
    ));
    let nowhere = engine.upload(&container.0, "/nobody", pieces(tar(&[("a", b"b")]))).await;
    assert!(matches!(nowhere, Err(RuntimeError::NotFound(_))), "{nowhere:?}");
    let nowhere = engine.download(&container.0, "/nobody").await.map(drop);
    assert!(matches!(nowhere, Err(RuntimeError::NotFound(_))), "{nowhere:?}");
    let cut =
        stream::iter([Ok(Bytes::from_static(b"abc")), Err(std::io::Error::other("gone"))]).boxed();
    assert!(engine.upload(&container.0, "/tmp", cut).await.is_err());
}
