//! Images, and their fetching from a registry of the test's own.

use futures::StreamExt;
use quayside::runtime::{PullStep, Runtime, RuntimeError};

use crate::real::{Container, DEADLINE, docker, engine, name, try_docker};

#[tokio::test(flavor = "multi_thread")]
async fn images_are_those_of_the_engine_with_their_containers() {
    let (engine, container) = (engine(), Container::idle());
    let tag = format!("{}:1", name("image"));
    docker(&["commit", &container.0, &tag]);
    let made = name("of");
    docker(&["create", "--name", &made, &tag]);
    let guard = Container(made);
    let id = docker(&["image", "inspect", "--format", "{{.Id}}", &tag]);
    let images = engine.images().await.unwrap();
    let image = images.iter().find(|image| image.id == id).unwrap();
    assert_eq!((image.tags.as_slice(), image.containers), ([tag.clone()].as_slice(), 1));
    assert_eq!(
        image.size.to_string(),
        docker(&["image", "inspect", "--format", "{{.Size}}", &tag])
    );
    assert!(
        docker(&["image", "inspect", "--format", "{{.Created}}", &tag])
            .starts_with(image.created.trim_end_matches('Z'))
    );
    assert_eq!(engine.image_id(&tag).await.unwrap().as_deref(), Some(id.as_str()));
    assert_eq!(engine.image_id("nobody/nothing:9").await, Ok(None));
    assert!(
        matches!(engine.image_remove(&tag, false).await, Err(RuntimeError::Conflict(m)) if m.contains("in use") || m.contains("is using"))
    );
    drop(guard);
    engine.image_remove(&tag, false).await.unwrap();
    assert!(try_docker(&["image", "inspect", &tag]).is_err());
    assert!(
        matches!(engine.image_remove(&tag, false).await, Err(RuntimeError::NotFound(m)) if m.contains("No such image"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_is_out_of_reach_may_be_tried_again() {
    // Nobody listens at port 1.
    let last = last("127.0.0.1:1/a/b:1").await;
    assert!(
        matches!(&last, Err(RuntimeError::Unavailable(m)) if m.contains("connection refused")),
        "{last:?}"
    );
}

/// The last step of a pull, whether it fails at once or later.
async fn last(image: &str) -> Result<PullStep, RuntimeError> {
    let mut stream = engine().pull(image, None).await?;
    let mut last = Err(RuntimeError::Failed("no step".to_owned()));
    while let Some(step) = tokio::time::timeout(DEADLINE, stream.next()).await.unwrap() {
        last = step;
    }
    last
}
