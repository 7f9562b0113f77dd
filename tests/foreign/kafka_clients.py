"""kafka-python and confluent-kafka (librdkafka) against our broker, and our tools beside them."""
import time
import uuid

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic
from kafka import KafkaConsumer, KafkaProducer

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]


def topic_of(servers, partitions=1):
    name = f"foreign-{uuid.uuid4().hex[:8]}"
    servers.tool(
        "kafka-topics", "--create", "--topic", name, "--partitions", str(partitions),
        "--bootstrap-server", servers.broker,
    )
    return name


def ours_reads(servers, topic, count):
    out = servers.tool(
        "kafka-console-consumer", "--bootstrap-server", servers.broker, "--topic", topic,
        "--from-beginning", "--max-messages", str(count), "--timeout-ms", "10000",
    )
    return out.splitlines()


def ours_writes(servers, topic, lines, *options):
    servers.tool(
        "kafka-console-producer", "--bootstrap-server", servers.broker, "--topic", topic, *options,
        stdin="".join(line + "\n" for line in lines),
    )


def confluent_reads(servers, topic, count, group=None):
    consumer = Consumer({
        "bootstrap.servers": servers.broker, "group.id": group or uuid.uuid4().hex,
        "auto.offset.reset": "earliest", "enable.auto.commit": False,
    })
    consumer.subscribe([topic])
    values, deadline = [], time.monotonic() + 20
    while len(values) < count and time.monotonic() < deadline:
        message = consumer.poll(0.5)
        if message and not message.error():
            values.append(message.value().decode())
    if group:
        consumer.commit(asynchronous=False)
    consumer.close()
    return values


def confluent_produces(servers):
    for codec in CODECS:
        topic = topic_of(servers)
        producer = Producer({"bootstrap.servers": servers.broker, "compression.type": codec, "linger.ms": 20})
        lines = [f"{codec}-{n}-{'x' * 50}" for n in range(500)]
        for line in lines:
            producer.produce(topic, line.encode())
        assert producer.flush(20) == 0
        assert ours_reads(servers, topic, 500) == lines, codec


def confluent_is_idempotent(servers):
    topic = topic_of(servers)
    producer = Producer({"bootstrap.servers": servers.broker, "enable.idempotence": True, "acks": "all"})
    for n in range(1000):
        producer.produce(topic, str(n).encode())
        producer.poll(0)
    assert producer.flush(20) == 0
    assert ours_reads(servers, topic, 1000) == [str(n) for n in range(1000)]


def confluent_consumes_ours(servers):
    for codec in CODECS:
        topic = topic_of(servers)
        lines = [f"{codec}-{n}" for n in range(300)]
        ours_writes(servers, topic, lines, "--compression-codec", codec)
        assert confluent_reads(servers, topic, 300) == lines, codec


def confluent_groups_keep_offsets(servers):
    topic, group = topic_of(servers, 3), uuid.uuid4().hex
    ours_writes(servers, topic, [str(n) for n in range(30)])
    assert sorted(confluent_reads(servers, topic, 30, group), key=int) == [str(n) for n in range(30)]
    ours_writes(servers, topic, ["next"])
    assert confluent_reads(servers, topic, 1, group) == ["next"]


def confluent_administers(servers):
    admin = AdminClient({"bootstrap.servers": servers.broker})
    name = f"admin-{uuid.uuid4().hex[:8]}"
    for future in admin.create_topics([NewTopic(name, 2, 1, config={"retention.ms": "60000"})]).values():
        future.result(10)
    assert len(admin.list_topics(name, 10).topics[name].partitions) == 2
    for future in admin.create_partitions([NewPartitions(name, 4)]).values():
        future.result(10)
    for future in admin.delete_topics([name]).values():
        future.result(10)
    assert admin.describe_cluster(request_timeout=10).result(10).nodes[0].id == 0


def confluent_offsets(servers):
    topic = topic_of(servers)
    ours_writes(servers, topic, [str(n) for n in range(7)])
    consumer = Consumer({"bootstrap.servers": servers.broker, "group.id": "watermarks"})
    assert consumer.get_watermark_offsets(TopicPartition(topic, 0), 10) == (0, 7)
    consumer.close()


def python_produces(servers):
    for codec in CODECS:
        topic = topic_of(servers)
        producer = KafkaProducer(
            bootstrap_servers=servers.broker, compression_type=None if codec == "none" else codec, acks="all"
        )
        lines = [f"{codec}-{n}" for n in range(200)]
        for line in lines:
            producer.send(topic, line.encode())
        producer.flush(20)
        producer.close()
        assert ours_reads(servers, topic, 200) == lines, codec


def python_consumes(servers):
    topic = topic_of(servers)
    ours_writes(servers, topic, [f"line {n}" for n in range(100)])
    consumer = KafkaConsumer(
        topic, bootstrap_servers=servers.broker, group_id=uuid.uuid4().hex, auto_offset_reset="earliest",
        consumer_timeout_ms=8000,
    )
    values = [next(consumer).value.decode() for _ in range(100)]
    consumer.close()
    assert values == [f"line {n}" for n in range(100)]


CHECKS = [
    confluent_produces, confluent_is_idempotent, confluent_consumes_ours, confluent_groups_keep_offsets,
    confluent_administers, confluent_offsets, python_produces, python_consumes,
]
